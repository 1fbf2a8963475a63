// The loss of SoftmaxMlp in double, unit by unit: the slow twin.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "numerics/product_kernels.h"

namespace recveil::support {

// sizes: inputs, hidden..., classes. parameters: as SoftmaxMlp lays them out.
inline double slow_softmax_loss(const std::vector<std::size_t> &sizes,
                                std::span<const double> parameters, const Matrix &x,
                                std::span<const std::int32_t> y) {
  double loss = 0;
  for (std::size_t row = 0; row < x.rows; ++row) {
    std::vector<double> value(x.row(row), x.row(row) + x.cols);
    std::size_t at = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
      const std::size_t width = numerics::padded_floats(sizes[l + 1]);
      std::vector<double> next(sizes[l + 1]);
      for (std::size_t o = 0; o < next.size(); ++o) {
        next[o] = parameters[at + sizes[l] * width + o];
        for (std::size_t i = 0; i < sizes[l]; ++i) {
          next[o] += value[i] * parameters[at + i * width + o];
        }
        if (l + 2 < sizes.size()) next[o] = std::max(next[o], 0.0);
      }
      at += (sizes[l] + 1) * width;
      value = next;
    }
    double total = 0;
    for (const double logit : value) total += std::exp(logit);
    loss += std::log(total) - value[static_cast<std::size_t>(y[row])];
  }
  return loss / static_cast<double>(x.rows);
}

}  // namespace recveil::support
