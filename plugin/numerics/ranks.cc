#include "numerics/ranks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace recveil::numerics {

std::vector<double> mid_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (; begin < end; ++begin) ranks[order[begin]] = rank;
  }
  return ranks;
}

std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> ranks_a = mid_ranks(a), ranks_b = mid_ranks(b);
  const double mean = 0.5 * static_cast<double>(a.size() + 1);
  double both = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double from_a = ranks_a[i] - mean, from_b = ranks_b[i] - mean;
    both += from_a * from_b;
    of_a += from_a * from_a;
    of_b += from_b * from_b;
  }
  if (!(of_a > 0) || !(of_b > 0)) return std::nullopt;
  return both / std::sqrt(of_a * of_b);
}

}  // namespace recveil::numerics
