#include "defense/private/catalogue.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace recveil::defense {

std::size_t catalogue_size(std::uint64_t people, double mu, std::size_t n_items) {
  const double strength = static_cast<double>(people) * mu;
  const double n = strength >= 200000 ? 2000 : std::clamp(5 * std::sqrt(strength), 100.0, 800.0);
  return std::min(n_items, static_cast<std::size_t>(n));
}

std::vector<std::uint32_t> largest_counts(std::span<const std::int64_t> noisy, std::size_t n) {
  std::vector<std::uint32_t> items(noisy.size());
  std::iota(items.begin(), items.end(), 0);
  n = std::min(n, items.size());
  std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(n), items.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      return noisy[a] != noisy[b] ? noisy[a] > noisy[b] : a < b;
                    });
  items.resize(n);
  return items;
}

}  // namespace recveil::defense
