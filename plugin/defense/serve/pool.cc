#include "defense/serve/pool.h"

#include <algorithm>
#include <cmath>

namespace recveil::defense {

std::size_t pool_size(std::size_t list_length, double ratio) {
  // 100 / .1 is a little above 1000 in some roundings; the pool of the paper has exactly 1000.
  const double exact = static_cast<double>(list_length) / ratio;
  return static_cast<std::size_t>(std::ceil(exact - 1e-9 * exact));
}

std::vector<std::uint32_t> most_popular(std::span<const std::uint64_t> counts, std::size_t n) {
  std::vector<std::uint32_t> order;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) order.push_back(static_cast<std::uint32_t>(i));
  }
  n = std::min(n, order.size());
  const auto more = [&](std::uint32_t a, std::uint32_t b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(n);
  std::nth_element(order.begin(), end, order.end(), more);
  order.resize(n);
  std::sort(order.begin(), order.end(), more);
  return order;
}

}  // namespace recveil::defense
