#include "defense/fold/history.h"

#include <algorithm>
#include <utility>

namespace recveil::defense {
namespace {

// Least significant byte first, only as many bytes as the largest number has. Returns where the
// sorted numbers are: `from` or `to`.
std::uint32_t *radix_sort(std::uint32_t *from, std::uint32_t *to, std::size_t n) noexcept {
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < n; ++i) all |= from[i];
  for (unsigned shift = 0; shift < 32 && all >> shift != 0; shift += 8) {
    std::uint32_t places[257] = {};
    for (std::size_t i = 0; i < n; ++i) ++places[(from[i] >> shift & 255) + 1];
    for (std::size_t b = 1; b < 256; ++b) places[b] += places[b - 1];
    for (std::size_t i = 0; i < n; ++i) to[places[from[i] >> shift & 255]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

constexpr std::size_t kFewItems = 32;  // below, comparing is faster

}  // namespace

KnownItems known_items(std::span<const std::uint32_t> history,
                       std::span<const std::uint32_t> support, std::uint32_t *work) noexcept {
  std::copy(history.begin(), history.end(), work);
  std::uint32_t *sorted = work;
  if (!std::is_sorted(history.begin(), history.end())) {
    if (history.size() < kFewItems) {
      std::sort(work, work + history.size());
    } else {
      sorted = radix_sort(work, work + history.size(), history.size());
    }
  }
  const std::uint32_t *end = std::unique(sorted, sorted + history.size());
  std::size_t known = 0;
  for (const std::uint32_t *item = sorted; item != end; ++item) {
    if (*item < support.size() && support[*item] > 0) sorted[known++] = *item;
  }
  return {{sorted, known}, static_cast<std::size_t>(end - sorted) - known};
}

}  // namespace recveil::defense
