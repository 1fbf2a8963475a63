// 16 floats and 8 doubles in a register each, AVX-512F. See kernel_loops.h.
#pragma once

#include <immintrin.h>

#include <cstddef>

namespace {

struct Floats {
  __m512 v;
};
struct Doubles {
  __m512d v;
};

constexpr std::size_t kTileRows = 8;
constexpr std::size_t kGroupTile = 4;
constexpr std::size_t kShortBlocks = 4;

inline Floats load(const float *p) {
  return {_mm512_loadu_ps(p)};
}
inline void store(float *p, Floats a) {
  _mm512_storeu_ps(p, a.v);
}
inline Floats all(float a) {
  return {_mm512_set1_ps(a)};
}
inline Floats times(Floats a, Floats b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
// c + a b, and c - a b, rounded once.
inline Floats fused(Floats a, Floats b, Floats c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
inline Floats fused_minus(Floats a, Floats b, Floats c) {
  return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}
inline Floats plus(Floats a, Floats b) {
  return {_mm512_add_ps(a.v, b.v)};
}
inline Floats minus(Floats a, Floats b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
inline Floats inverse_root(Floats a) {
  return {_mm512_div_ps(_mm512_set1_ps(1), _mm512_sqrt_ps(a.v))};
}
// Bit i: a > b in lane i.
inline unsigned above(Floats a, Floats b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ);
}
// Number j of vector i becomes number i of vector j: of pairs, of fours, of halves, of all.
inline void transpose(Floats (&rows)[16]) {
  __m512 a[16], b[16];
  for (std::size_t i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(rows[i].v, rows[i + 1].v);
    a[i + 1] = _mm512_unpackhi_ps(rows[i].v, rows[i + 1].v);
  }
  for (std::size_t i = 0; i < 16; i += 4) {
    for (std::size_t k = 0; k < 2; ++k) {
      const __m512d x = _mm512_castps_pd(a[i + k]), y = _mm512_castps_pd(a[i + k + 2]);
      b[i + 2 * k] = _mm512_castpd_ps(_mm512_unpacklo_pd(x, y));
      b[i + 2 * k + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(x, y));
    }
  }
  for (std::size_t i = 0; i < 16; i += 8) {
    for (std::size_t k = 0; k < 4; ++k) {
      a[i + k] = _mm512_shuffle_f32x4(b[i + k], b[i + k + 4], 0x88);
      a[i + k + 4] = _mm512_shuffle_f32x4(b[i + k], b[i + k + 4], 0xdd);
    }
  }
  for (std::size_t k = 0; k < 8; ++k) {
    rows[k].v = _mm512_shuffle_f32x4(a[k], a[k + 8], 0x88);
    rows[k + 8].v = _mm512_shuffle_f32x4(a[k], a[k + 8], 0xdd);
  }
}
// Lanes 8 apart, then 4, 2 and 1.
inline float sum(Floats a) {
  const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1));
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a.v), high);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

inline Doubles load(const double *p) {
  return {_mm512_loadu_pd(p)};
}
inline Doubles widen(const float *p) {
  return {_mm512_cvtps_pd(_mm256_loadu_ps(p))};
}
inline void store(double *p, Doubles a) {
  _mm512_storeu_pd(p, a.v);
}
inline Doubles all(double a) {
  return {_mm512_set1_pd(a)};
}
inline Doubles plus(Doubles a, Doubles b) {
  return {_mm512_add_pd(a.v, b.v)};
}
inline Doubles minus(Doubles a, Doubles b) {
  return {_mm512_sub_pd(a.v, b.v)};
}
inline Doubles times(Doubles a, Doubles b) {
  return {_mm512_mul_pd(a.v, b.v)};
}
// Lanes 4 apart, then 2 and 1.
inline double sum(Doubles a) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a.v), _mm512_extractf64x4_pd(a.v, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

}  // namespace
