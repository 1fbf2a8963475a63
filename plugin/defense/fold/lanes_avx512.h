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
