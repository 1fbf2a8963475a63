// 16 floats and 8 doubles as arrays, for any processor. See kernel_loops.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

struct Floats {
  float v[16];
};
struct Doubles {
  double v[8];
};

constexpr std::size_t kTileRows = 2;
constexpr std::size_t kGroupTile = 2;
constexpr std::size_t kShortBlocks = 1;

// c + a b, rounded once. The product of two floats is exact in double; their sum is rounded to odd
// there, so that rounding it again to float is as if it had been rounded once (Boldo and
// Melquiond, IEEE TC 57(4), 2008).
inline float fused(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  const double product = static_cast<double>(a) * static_cast<double>(b);
  double total = product + static_cast<double>(c);
  const double added = total - product;
  const double lost = (product - (total - added)) + (static_cast<double>(c) - added);
  std::uint64_t bits = 0, lost_bits = 0;
  std::memcpy(&bits, &total, sizeof(bits));
  std::memcpy(&lost_bits, &lost, sizeof(lost_bits));
  // Even and not exact: one up where the loss has the sign of the total, else one down.
  const std::uint64_t off = static_cast<std::uint64_t>(lost != 0) & ~bits & 1;
  bits += off - 2 * (off & (bits ^ lost_bits) >> 63);
  std::memcpy(&total, &bits, sizeof(bits));
  return static_cast<float>(total);
#endif
}

template <class Lanes, class Call>
inline Lanes each(Call call) {
  Lanes out;
  for (std::size_t i = 0; i < sizeof(out.v) / sizeof(out.v[0]); ++i) out.v[i] = call(i);
  return out;
}

inline Floats load(const float *p) {
  Floats out;
  std::memcpy(out.v, p, sizeof(out.v));
  return out;
}
inline void store(float *p, const Floats &a) {
  std::memcpy(p, a.v, sizeof(a.v));
}
inline Floats all(float a) {
  return each<Floats>([&](std::size_t) { return a; });
}
inline Floats times(const Floats &a, const Floats &b) {
  return each<Floats>([&](std::size_t i) { return a.v[i] * b.v[i]; });
}
inline Floats fused(const Floats &a, const Floats &b, const Floats &c) {
  return each<Floats>([&](std::size_t i) { return fused(a.v[i], b.v[i], c.v[i]); });
}
inline Floats fused_minus(const Floats &a, const Floats &b, const Floats &c) {
  return each<Floats>([&](std::size_t i) { return fused(-a.v[i], b.v[i], c.v[i]); });
}
inline Floats plus(const Floats &a, const Floats &b) {
  return each<Floats>([&](std::size_t i) { return a.v[i] + b.v[i]; });
}
inline Floats minus(const Floats &a, const Floats &b) {
  return each<Floats>([&](std::size_t i) { return a.v[i] - b.v[i]; });
}
inline Floats inverse_root(const Floats &a) {
  return each<Floats>([&](std::size_t i) { return 1 / __builtin_sqrtf(a.v[i]); });
}
// Bit i: a > b in lane i.
inline unsigned above(const Floats &a, const Floats &b) {
  unsigned bits = 0;
  for (unsigned i = 0; i < 16; ++i) bits |= static_cast<unsigned>(a.v[i] > b.v[i]) << i;
  return bits;
}
// Number j of vector i becomes number i of vector j.
inline void transpose(Floats (&rows)[16]) {
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const float other = rows[i].v[j];
      rows[i].v[j] = rows[j].v[i];
      rows[j].v[i] = other;
    }
  }
}
inline float sum(Floats a) {
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) a.v[i] += a.v[i + half];
  }
  return a.v[0];
}

inline Doubles load(const double *p) {
  Doubles out;
  std::memcpy(out.v, p, sizeof(out.v));
  return out;
}
inline Doubles widen(const float *p) {
  return each<Doubles>([&](std::size_t i) { return static_cast<double>(p[i]); });
}
inline void store(double *p, const Doubles &a) {
  std::memcpy(p, a.v, sizeof(a.v));
}
inline Doubles all(double a) {
  return each<Doubles>([&](std::size_t) { return a; });
}
inline Doubles plus(const Doubles &a, const Doubles &b) {
  return each<Doubles>([&](std::size_t i) { return a.v[i] + b.v[i]; });
}
inline Doubles minus(const Doubles &a, const Doubles &b) {
  return each<Doubles>([&](std::size_t i) { return a.v[i] - b.v[i]; });
}
inline Doubles times(const Doubles &a, const Doubles &b) {
  return each<Doubles>([&](std::size_t i) { return a.v[i] * b.v[i]; });
}
inline double sum(Doubles a) {
  for (std::size_t half = 4; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) a.v[i] += a.v[i + half];
  }
  return a.v[0];
}

}  // namespace
