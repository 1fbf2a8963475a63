// The points that sequential minimal optimization still works on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"
#include "numerics/aligned.h"
#include "numerics/kernel_cache.h"
#include "numerics/panels.h"
#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

// One value a point, alpha in [lower, upper]. The gradient is as of the last time all of it was
// computed.
struct DualState {
  std::vector<double> alpha, gradient, lower, upper;

  bool may_grow(std::size_t i) const { return alpha[i] < upper[i]; }
  bool may_shrink(std::size_t i) const { return alpha[i] > lower[i]; }
};

Violation violation(const DualState &state);

// The points of a state but those at a bound where the gradient holds them (Chang and Lin, ACM TIST
// 2, 2011, section 5.1), with copies in one piece of all that an iteration reads.
class ActiveSet {
 public:
  // Borrows all but the scale.
  ActiveSet(const Matrix &x, const RbfKernels &kernels, RbfScale scale, std::size_t cache_bytes,
            DualState &state);

  // Optimizes pairs until the gap of the active points is below eps or `left` pairs are done,
  // counts `left` down, and writes alpha, not the gradient, back to the state.
  void optimize(double eps, std::uint64_t &left);

 private:
  std::size_t padded() const { return panels_.padded(); }
  const float *row(std::size_t i);
  // Moves delta of alpha from j to i, less where a bound is in the way.
  void step(std::size_t i, std::size_t j, double delta);
  void mark(std::size_t i);
  Violation violation();
  void store();
  // Sets points aside; false if they are too few to be worth the copying.
  bool shrink(const Violation &now);

  const Matrix &x_;
  const RbfKernels &kernels_;
  RbfScale scale_;
  DualState &state_;
  std::vector<std::uint32_t> points_;  // rows of x, rising
  Panels panels_;
  std::vector<double> alpha_, lower_, upper_;
  AlignedArray<double> gradient_;
  AlignedArray<float> up_, low_;  // see RbfKernels
  KernelCache cache_;
};

}  // namespace recveil::numerics
