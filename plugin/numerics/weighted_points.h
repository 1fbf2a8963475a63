// A weighted sum of kernel functions: what a one-class SVM computes but for its threshold, and what
// its gradient is made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "numerics/aligned.h"
#include "numerics/panels.h"
#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

// The rows of x whose weight is not 0, copied.
class WeightedPoints {
 public:
  WeightedPoints() = default;
  WeightedPoints(const Matrix &x, std::span<const double> weights) {
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] != 0) rows.push_back(static_cast<std::uint32_t>(i));
    }
    panels_ = Panels(rows.size(), x.cols, [&](std::size_t i) { return x.row(rows[i]); });
    weights_ = AlignedArray<double>(panels_.padded());
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      weights_[i] = i < rows.size() ? weights[rows[i]] : 0;
    }
  }

  // out[q] += sum of weight * K(point, row q); rows: n x d. O(points * rows * d): about 1 ns a pair
  // for d = 30 with AVX-512.
  void add_sums(const RbfKernels &kernels, RbfScale scale, const float *rows, std::size_t n,
                double *out) const {
    panels_.sums(kernels, weights_.data(), rows, n, scale, out);
  }

 private:
  Panels panels_;
  AlignedArray<double> weights_;
};

}  // namespace recveil::numerics
