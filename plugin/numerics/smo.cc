#include "numerics/smo.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "numerics/active_set.h"
#include "numerics/weighted_points.h"

namespace recveil::numerics {
namespace {

// As in LIBSVM, but for nu = 1, where nothing may grow and LIBSVM's is infinite.
double threshold(const DualState &state, const Violation &all) {
  double sum = 0;
  std::size_t free = 0;
  for (std::size_t i = 0; i < state.alpha.size(); ++i) {
    if (!state.may_grow(i) || !state.may_shrink(i)) continue;
    sum += state.gradient[i];
    ++free;
  }
  if (free > 0) return sum / static_cast<double>(free);
  if (all.least == std::numeric_limits<double>::infinity()) return all.greatest;
  return (all.least + all.greatest) / 2;
}

}  // namespace

SmoResult solve_dual(const Matrix &x, DualProblem problem, const SmoOptions &options) {
  const RbfKernels &kernels = rbf_kernels();
  const RbfScale scale = rbf_scale(options.gamma);
  const double eps = options.eps * (1 - 1.0 / 64);
  const std::uint64_t most = std::max<std::uint64_t>(10'000'000, 100 * std::uint64_t{x.rows});

  const auto or_all = [&](std::vector<double> &values, double value) {
    return values.empty() ? std::vector<double>(x.rows, value) : std::move(values);
  };
  DualState state{std::move(problem.alpha), or_all(problem.linear, 0), or_all(problem.lower, 0),
                  or_all(problem.upper, 1)};
  WeightedPoints(x, state.alpha)
      .add_sums(kernels, scale, x.data.data(), x.rows, state.gradient.data());
  std::uint64_t left = most;
  Violation all = violation(state);
  while (all.greatest - all.least >= eps && left > 0) {
    std::vector<double> change = state.alpha;
    ActiveSet(x, kernels, scale, options.cache_bytes, state).optimize(eps, left);
    for (std::size_t i = 0; i < x.rows; ++i) change[i] = state.alpha[i] - change[i];
    WeightedPoints(x, change).add_sums(kernels, scale, x.data.data(), x.rows,
                                       state.gradient.data());
    all = violation(state);
  }
  const double rho = threshold(state, all);
  return {std::move(state.alpha), std::move(state.gradient), rho, all.greatest - all.least,
          most - left};
}

}  // namespace recveil::numerics
