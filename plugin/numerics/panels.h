// Points in the layout that the kernel loops read (numerics/rbf_kernels.h).
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/watch.h"
#include "numerics/aligned.h"
#include "numerics/rbf_kernels.h"

namespace recveil::numerics {

// n points of d coordinates in groups of 16; what is missing in the last group is 0.
class Panels {
 public:
  Panels() = default;
  // point(i) is the address of the d coordinates of point i.
  template <class Point>
  Panels(std::size_t n, std::size_t d, Point point)
      : n_(n), d_(d), data_((n + kLanes - 1) / kLanes * kLanes * d) {
    for (std::size_t i = 0; i < padded(); ++i) {
      float *lane = data_.data() + i / kLanes * kLanes * d + i % kLanes;
      const float *from = i < n ? point(i) : nullptr;
      for (std::size_t k = 0; k < d; ++k) lane[k * kLanes] = from != nullptr ? from[k] : 0;
    }
  }

  std::size_t size() const { return n_; }
  std::size_t padded() const { return groups() * kLanes; }
  std::size_t groups() const { return (n_ + kLanes - 1) / kLanes; }
  const float *data() const { return data_.data(); }

  // out: padded() values. See RbfKernels.
  void row(const RbfKernels &kernels, const float *x, RbfScale scale, float *out) const {
    kernels.row(data(), groups(), d_, x, scale, out);
  }
  // weights: padded() values.
  void sums(const RbfKernels &kernels, const double *weights, const float *points,
            std::size_t n_points, RbfScale scale, double *out) const {
    // In pieces of about a million pairs, a few milliseconds.
    const std::size_t piece = std::max<std::size_t>(64, (std::size_t{1} << 20) / (padded() + 1));
    for (std::size_t begin = 0; begin < n_points; begin += piece) {
      pulse();
      kernels.sums(data(), groups(), d_, weights, points + begin * d_,
                   std::min(piece, n_points - begin), scale, out + begin);
    }
  }

 private:
  std::size_t n_ = 0, d_ = 0;
  AlignedArray<float> data_;
};

}  // namespace recveil::numerics
