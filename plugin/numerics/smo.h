// The duals of the one-class SVM and of C-SVC by sequential minimal optimization: the problems,
// their scaling and the stopping rule are those of LIBSVM (Chang and Lin, ACM TIST 2, 2011,
// equations 5 and 9 and section 4), so that an eps means the same here and there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"
#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

struct SmoOptions {
  double gamma;
  double eps;
  std::size_t cache_bytes;  // for rows of the kernel
};

struct SmoResult {
  std::vector<double> alpha;  // one a point
  std::vector<double> gradient;
  double rho;
  double gap;  // largest gradient where alpha > lower less the smallest where < upper
  std::uint64_t iterations;
};

// One value a point, as long as there are points.
struct DualProblem {
  std::vector<double> alpha;   // where to start; its sum stays
  std::vector<double> linear;  // p; empty: 0
  std::vector<double> lower;   // empty: 0
  std::vector<double> upper;   // empty: 1
};

// Minimizes 1/2 alpha^T K alpha + p^T alpha over lower <= alpha <= upper with the sum that `alpha`
// starts with, until gap < eps (1 - 1/64): the gradient is summed in double from kernel values in
// float, and the rest is for what they round away, so that the gap of exact arithmetic is below eps
// too unless eps is as small as that rounding, about 1e-7 sqrt(sum of alpha). rho is the mean
// gradient of the points strictly between the bounds, else the middle of the range it may have.
//
// Pairs by second order (Fan, Chen and Lin, JMLR 6, 2005). Points at a bound that the gradient
// holds there are set aside; when the rest is solved the gradient of all is brought up to date by
// what changed since, and the search goes on if one of them was set aside wrongly. Gives up after
// max(10^7, 100 n) pairs, with a gap above eps. REQUIRES: finite x of at least one row and column,
// gamma > 0, eps > 0. Memory: the cache, 4 n d bytes, and some 100 n bytes.
SmoResult solve_dual(const Matrix &x, DualProblem problem, const SmoOptions &options);

}  // namespace recveil::numerics
