// Difference vectors by the formula, one person and one coordinate at a time, in double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::support {

// z = mean of the history's vectors - sum over places j = 1..k of w_j (vector at place j), w_j =
// (k + 1 - j) / (k (k + 1) / 2); vectors of 0 are left out of both, and weights made to sum to 1.
inline std::vector<double> slow_difference_vector(std::span<const std::uint32_t> history,
                                                  std::span<const std::uint32_t> list,
                                                  const Matrix &items) {
  const auto known = [&](std::uint32_t item) {
    bool any = false;
    for (std::size_t c = 0; c < items.cols; ++c) any = any || items.row(item)[c] != 0.0f;
    return any;
  };
  std::vector<double> z(items.cols);
  for (std::size_t c = 0; c < items.cols; ++c) {
    double history_sum = 0, history_weight = 0, list_sum = 0, list_weight = 0;
    for (const std::uint32_t item : history) {
      if (!known(item)) continue;
      history_sum += static_cast<double>(items.row(item)[c]);
      history_weight += 1;
    }
    const auto k = static_cast<double>(list.size());
    for (std::size_t place = 0; place < list.size(); ++place) {
      if (!known(list[place])) continue;
      const double j = static_cast<double>(place) + 1;
      const double w = (k + 1 - j) / (k * (k + 1) / 2);
      list_sum += w * static_cast<double>(items.row(list[place])[c]);
      list_weight += w;
    }
    if (history_weight > 0) z[c] += history_sum / history_weight;
    if (list_weight > 0) z[c] -= list_sum / list_weight;
  }
  return z;
}

}  // namespace recveil::support
