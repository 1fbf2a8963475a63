// The inner loops of the one-class SVM, one set for each instruction set: rows of the RBF kernel
// and the passes of sequential minimal optimization over them. Distances are sums of squared
// differences, not norms less twice a product: that costs an addition a term and keeps its digits
// where points are close together and far from the origin.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/instruction_set.h"

namespace recveil::numerics {

// Points in groups of 16: coordinate k of point 16 p + lane is panels[(p * d + k) * 16 + lane].
inline constexpr std::size_t kLanes = 16;

// gamma log2(e) as the sum of two floats. One float would shift every kernel value the same way,
// which 25,000 support vectors add up.
struct RbfScale {
  float high, low;
  float farthest;  // squared distance at which K is 2^-126; what is farther counts as this far
};

// What one pass over the gradient found. `up` is where alpha may grow, `low` where it may shrink.
struct Violation {
  std::size_t index;  // of the least gradient in up; 0 where up is empty
  double least;       // gradient there, +infinity where up is empty
  double greatest;    // gradient in low, -infinity where low is empty
};

// Panels, weights, rows and gradients start at a cache line and have a multiple of 16 values. K(x,
// y) is exactly 1 where x = y, symmetric, and has a relative error below 2 (1 + t) 2^-23 plus that
// of t = gamma |x - y|^2, a float sum of d terms; it is never below 2^-127.
struct RbfKernels {
  // out[i] = K(x, point i). O(16 panels * d).
  void (*row)(const float *panels, std::size_t n_panels, std::size_t d, const float *x,
              RbfScale scale, float *out);
  // out[q] += sum over i of weights[i] K(points[q], point i), in double. points: n_points x d, row
  // major; weights: one for each place in the panels. O(16 panels * n_points * d).
  void (*sums)(const float *panels, std::size_t n_panels, std::size_t d, const double *weights,
               const float *points, std::size_t n_points, RbfScale scale, double *out);
  // g[i] += di * ki[i] + dj * kj[i], and the violation that is left. up[i] is 0 or +infinity,
  // low[i] 0 or -infinity: what is infinite is not in the set.
  Violation (*update)(double *g, const float *ki, const float *kj, double di, double dj,
                      const float *up, const float *low, std::size_t n);
  // The index j in low with g[j] > gi whose pair with i lowers the objective most: the largest
  // (g[j] - gi)^2 / (2 - 2 ki[j]) (Fan, Chen and Lin, JMLR 6, 2005, WSS 2). REQUIRES: there is one.
  std::size_t (*second)(const double *g, const float *ki, const float *low, double gi,
                        std::size_t n);
};

// The loops for an instruction set; null where this build or this processor has not got it.
const RbfKernels *rbf_kernels(InstructionSet set);

// Those for the best this processor has.
const RbfKernels &rbf_kernels();

// REQUIRES: gamma is in [1e-30, 1e30].
RbfScale rbf_scale(double gamma);

}  // namespace recveil::numerics
