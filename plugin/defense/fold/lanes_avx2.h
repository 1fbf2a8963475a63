// 16 floats and 8 doubles in two registers each, AVX2 and FMA. See kernel_loops.h.
#pragma once

#include <immintrin.h>

#include <cstddef>

namespace {

struct Floats {
  __m256 low, high;
};
struct Doubles {
  __m256d low, high;
};

constexpr std::size_t kTileRows = 4;
constexpr std::size_t kGroupTile = 2;
constexpr std::size_t kShortBlocks = 1;

inline Floats load(const float *p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
inline void store(float *p, Floats a) {
  _mm256_storeu_ps(p, a.low);
  _mm256_storeu_ps(p + 8, a.high);
}
inline Floats all(float a) {
  return {_mm256_set1_ps(a), _mm256_set1_ps(a)};
}
inline Floats times(Floats a, Floats b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
// c + a b, and c - a b, rounded once.
inline Floats fused(Floats a, Floats b, Floats c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
inline Floats fused_minus(Floats a, Floats b, Floats c) {
  return {_mm256_fnmadd_ps(a.low, b.low, c.low), _mm256_fnmadd_ps(a.high, b.high, c.high)};
}
inline Floats plus(Floats a, Floats b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
inline Floats minus(Floats a, Floats b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
inline Floats inverse_root(Floats a) {
  const __m256 one = _mm256_set1_ps(1);
  return {_mm256_div_ps(one, _mm256_sqrt_ps(a.low)), _mm256_div_ps(one, _mm256_sqrt_ps(a.high))};
}
// Bit i: a > b in lane i.
inline unsigned above(Floats a, Floats b) {
  const int low = _mm256_movemask_ps(_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ));
  const int high = _mm256_movemask_ps(_mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ));
  return static_cast<unsigned>(low) | static_cast<unsigned>(high) << 8;
}
// Number j of vector i becomes number i of vector j: of pairs, of fours, of all.
inline void transpose(__m256 (&rows)[8]) {
  __m256 a[8], b[8];
  for (std::size_t i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    a[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  for (std::size_t i = 0; i < 8; i += 4) {
    for (std::size_t k = 0; k < 2; ++k) {
      const __m256d x = _mm256_castps_pd(a[i + k]), y = _mm256_castps_pd(a[i + k + 2]);
      b[i + 2 * k] = _mm256_castpd_ps(_mm256_unpacklo_pd(x, y));
      b[i + 2 * k + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(x, y));
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    rows[k] = _mm256_permute2f128_ps(b[k], b[k + 4], 0x20);
    rows[k + 4] = _mm256_permute2f128_ps(b[k], b[k + 4], 0x31);
  }
}
inline void transpose(Floats (&rows)[16]) {
  __m256 quarter[4][8];
  for (std::size_t i = 0; i < 8; ++i) {
    quarter[0][i] = rows[i].low;
    quarter[1][i] = rows[i].high;
    quarter[2][i] = rows[i + 8].low;
    quarter[3][i] = rows[i + 8].high;
  }
  for (auto &part : quarter) transpose(part);
  for (std::size_t i = 0; i < 8; ++i) {
    rows[i] = {quarter[0][i], quarter[2][i]};
    rows[i + 8] = {quarter[1][i], quarter[3][i]};
  }
}
// Lanes 8 apart, then 4, 2 and 1.
inline float sum(Floats a) {
  const __m256 eight = _mm256_add_ps(a.low, a.high);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

inline Doubles load(const double *p) {
  return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)};
}
inline Doubles widen(const float *p) {
  return {_mm256_cvtps_pd(_mm_loadu_ps(p)), _mm256_cvtps_pd(_mm_loadu_ps(p + 4))};
}
inline void store(double *p, Doubles a) {
  _mm256_storeu_pd(p, a.low);
  _mm256_storeu_pd(p + 4, a.high);
}
inline Doubles all(double a) {
  return {_mm256_set1_pd(a), _mm256_set1_pd(a)};
}
inline Doubles plus(Doubles a, Doubles b) {
  return {_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
}
inline Doubles minus(Doubles a, Doubles b) {
  return {_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)};
}
inline Doubles times(Doubles a, Doubles b) {
  return {_mm256_mul_pd(a.low, b.low), _mm256_mul_pd(a.high, b.high)};
}
// Lanes 4 apart, then 2 and 1.
inline double sum(Doubles a) {
  const __m256d four = _mm256_add_pd(a.low, a.high);
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

}  // namespace
