// A sum of products that the compiler makes vectors of.
#pragma once

#include <cstddef>

namespace recveil::numerics {

// Eight running sums, because the compiler may not reorder one.
inline float dot(const float *a, const float *b, std::size_t n) {
  constexpr std::size_t kLanes = 8;
  float sums[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < n; ++i) sums[i % kLanes] += a[i] * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace recveil::numerics
