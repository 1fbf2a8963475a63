// The loops of rbf_kernels.h over vectors of the compiler, included by one file for each
// instruction set and compiled with its flags; RECVEIL_RBF_BYTES is the width of a register there.
// Everything is local to the including file, and nothing but plain declarations is included: a weak
// symbol compiled here for a wide instruction set could be the one the linker keeps for everybody.
#pragma once

#include "numerics/rbf_kernels.h"

namespace recveil::numerics {
namespace {

// A register of floats or of doubles, the integers of the same size, and half a register of floats,
// which fills a register once it is converted to double. may_alias, for they are loaded from arrays
// of numbers.
constexpr std::size_t kBytes = RECVEIL_RBF_BYTES;
using Floats [[gnu::vector_size(kBytes), gnu::may_alias]] = float;
using Ints [[gnu::vector_size(kBytes), gnu::may_alias]] = std::uint32_t;
using HalfFloats [[gnu::vector_size(kBytes / 2), gnu::may_alias]] = float;
using Doubles [[gnu::vector_size(kBytes), gnu::may_alias]] = double;
using Longs [[gnu::vector_size(kBytes), gnu::may_alias]] = std::int64_t;

constexpr std::size_t kWide = kBytes / sizeof(float);   // floats in a register
constexpr std::size_t kHalf = kBytes / sizeof(double);  // doubles in a register
constexpr std::size_t kParts = kLanes / kWide;          // registers of a panel's coordinate
constexpr std::size_t kPoints = kBytes / 8;             // at once: what registers hold
constexpr std::size_t kResident = 16384;                // bytes of a first-level cache

#define RECVEIL_INLINE [[gnu::always_inline]] inline

RECVEIL_INLINE const Floats &floats(const float *p) {
  return *reinterpret_cast<const Floats *>(p);
}
RECVEIL_INLINE Doubles doubles(const float *p) {
  return __builtin_convertvector(*reinterpret_cast<const HalfFloats *>(p), Doubles);
}
RECVEIL_INLINE Doubles &doubles(double *p) {
  return *reinterpret_cast<Doubles *>(p);
}
RECVEIL_INLINE const Doubles &doubles(const double *p) {
  return *reinterpret_cast<const Doubles *>(p);
}

// exp(-gamma distance) = 2^-s with s = distance * scale = -(n + r), n the nearest integer, which
// adding 1.5 * 2^23 leaves in the lowest bits; 2^r by a polynomial with p(0) = 1 and a relative
// error of 2e-9 on [-1/2, 1/2] before rounding (ours, by reweighted least squares).
RECVEIL_INLINE Floats kernel(Floats distance, RbfScale scale) {
  constexpr float kRound = 12582912.0f;
  distance = distance < scale.farthest ? distance : Floats{} + scale.farthest;
  const Floats y = -(distance * scale.high);
  const Floats shifted = y + kRound;
  // The low part goes to r, which has digits left for it: y rounds it away.
  const Floats r = y - (shifted - kRound) - distance * scale.low;
  Floats p = r * 0.00015353362f + 0.00133988739f;
  p = p * r + 0.00961843692f;
  p = p * r + 0.0555033237f;
  p = p * r + 0.240226477f;
  p = p * r + 0.693147182f;
  p = p * r + 1.0f;
  return reinterpret_cast<Floats>(reinterpret_cast<Ints>(p) +
                                  (reinterpret_cast<Ints>(shifted) << 23));
}

// values[q * 16 + lane] = K(points[q], point lane of the panel) for q < Q. The Q * kParts chains of
// additions hide each other's latency.
template <std::size_t Q>
RECVEIL_INLINE void kernel_block(const float *panel, std::size_t d, const float *points,
                                 RbfScale scale, float *values) {
  Floats distance[Q][kParts]{};
  for (std::size_t k = 0; k < d; ++k) {
#pragma GCC unroll 8
    for (std::size_t part = 0; part < kParts; ++part) {
      const Floats coordinate = floats(panel + k * kLanes + part * kWide);
#pragma GCC unroll 8
      for (std::size_t q = 0; q < Q; ++q) {
        const Floats difference = coordinate - points[q * d + k];
        distance[q][part] += difference * difference;
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t q = 0; q < Q; ++q) {
#pragma GCC unroll 8
    for (std::size_t part = 0; part < kParts; ++part) {
      *reinterpret_cast<Floats *>(values + q * kLanes + part * kWide) =
          kernel(distance[q][part], scale);
    }
  }
}

void row(const float *panels, std::size_t n_panels, std::size_t d, const float *x, RbfScale scale,
         float *out) {
  for (std::size_t p = 0; p < n_panels; ++p) {
    kernel_block<1>(panels + p * d * kLanes, d, x, scale, out + p * kLanes);
  }
}

template <std::size_t Q>
RECVEIL_INLINE void sum_block(const float *panels, std::size_t n_panels, std::size_t d,
                              const double *weights, const float *points, RbfScale scale,
                              double *out) {
  Doubles totals[Q]{};
  for (std::size_t p = 0; p < n_panels; ++p, panels += d * kLanes, weights += kLanes) {
    alignas(64) float values[Q * kLanes];
    kernel_block<Q>(panels, d, points, scale, values);
#pragma GCC unroll 8
    for (std::size_t part = 0; part < 2 * kParts; ++part) {
      const Doubles weight = doubles(weights + part * kHalf);
#pragma GCC unroll 8
      for (std::size_t q = 0; q < Q; ++q) {
        totals[q] += doubles(values + q * kLanes + part * kHalf) * weight;
      }
    }
  }
  for (std::size_t q = 0; q < Q; ++q) {
    double total = 0;
    for (std::size_t lane = 0; lane < kHalf; ++lane) total += totals[q][lane];
    out[q] += total;
  }
}

void sums(const float *panels, std::size_t n_panels, std::size_t d, const double *weights,
          const float *points, std::size_t n_points, RbfScale scale, double *out) {
  // As many panels at a time as stay in the first-level cache while all points pass by.
  const std::size_t few = kResident / (d * kLanes * sizeof(float)) + 1;
  for (std::size_t begin = 0; begin < n_panels; begin += few) {
    const std::size_t count = few < n_panels - begin ? few : n_panels - begin;
    const float *from = panels + begin * d * kLanes;
    const double *of = weights + begin * kLanes;
    std::size_t q = 0;
    for (; q + kPoints <= n_points; q += kPoints) {
      sum_block<kPoints>(from, count, d, of, points + q * d, scale, out + q);
    }
    for (; q < n_points; ++q) sum_block<1>(from, count, d, of, points + q * d, scale, out + q);
  }
}

Violation update(double *g, const float *ki, const float *kj, double di, double dj, const float *up,
                 const float *low, std::size_t n) {
  const double infinity = __builtin_inf();
  Doubles least = Doubles{} + infinity, greatest = Doubles{} - infinity;
  Longs where{}, here{};
  for (std::size_t lane = 0; lane < kHalf; ++lane) here[lane] = static_cast<std::int64_t>(lane);
  for (std::size_t i = 0; i < n; i += kHalf, here += static_cast<std::int64_t>(kHalf)) {
    Doubles &gradient = doubles(g + i);
    gradient += doubles(ki + i) * di + doubles(kj + i) * dj;
    const Doubles above = gradient + doubles(up + i), below = gradient + doubles(low + i);
    const Longs less = above < least;
    least = less ? above : least;
    where = less ? here : where;
    greatest = below > greatest ? below : greatest;
  }
  Violation out{0, infinity, -infinity};
  for (std::size_t lane = 0; lane < kHalf; ++lane) {
    if (least[lane] < out.least) {
      out.least = least[lane];
      out.index = static_cast<std::size_t>(where[lane]);
    }
    if (greatest[lane] > out.greatest) out.greatest = greatest[lane];
  }
  return out;
}

std::size_t second(const double *g, const float *ki, const float *low, double gi, std::size_t n) {
  Doubles best = Doubles{} - 1.0;
  Longs where{}, here{};
  for (std::size_t lane = 0; lane < kHalf; ++lane) here[lane] = static_cast<std::int64_t>(lane);
  for (std::size_t i = 0; i < n; i += kHalf, here += static_cast<std::int64_t>(kHalf)) {
    const Doubles violation = doubles(g + i) - gi + doubles(low + i);
    const Doubles curvature = 2.0 - 2.0 * doubles(ki + i);
    const Doubles gain =
        violation * violation / (curvature > 1e-12 ? curvature : Doubles{} + 1e-12);
    const Longs better = (violation > 0.0) & (gain > best);
    best = better ? gain : best;
    where = better ? here : where;
  }
  std::size_t lane = 0;
  for (std::size_t other = 1; other < kHalf; ++other) {
    if (best[other] > best[lane]) lane = other;
  }
  return static_cast<std::size_t>(where[lane]);
}

#undef RECVEIL_INLINE

}  // namespace
}  // namespace recveil::numerics
