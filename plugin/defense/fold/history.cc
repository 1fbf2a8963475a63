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

struct Weighted {
  std::uint32_t item;
  float weight;
};

KnownItems known_weighted(const History &history, std::span<const std::uint32_t> support,
                          std::uint32_t *work) noexcept {
  const std::size_t n = history.items.size();
  auto *pairs = reinterpret_cast<Weighted *>(work);
  std::uint32_t *items = work + 2 * n;
  auto *weights = reinterpret_cast<float *>(work + 3 * n);
  for (std::size_t i = 0; i < n; ++i) pairs[i] = {history.items[i], history.weights[i]};
  std::sort(pairs, pairs + n, [](const Weighted &a, const Weighted &b) {
    return a.item != b.item ? a.item < b.item : a.weight > b.weight;
  });
  std::size_t known = 0, dropped = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && pairs[i].item == pairs[i - 1].item) continue;
    if (pairs[i].item < support.size() && support[pairs[i].item] > 0) {
      items[known] = pairs[i].item;
      weights[known++] = pairs[i].weight;
    } else {
      ++dropped;
    }
  }
  return {{items, known}, weights, dropped};
}

}  // namespace

KnownItems known_items(const History &history, std::span<const std::uint32_t> support,
                       std::uint32_t *work) noexcept {
  if (history.weights != nullptr) return known_weighted(history, support, work);
  const std::span<const std::uint32_t> items = history.items;
  std::copy(items.begin(), items.end(), work);
  std::uint32_t *sorted = work;
  if (!std::is_sorted(items.begin(), items.end())) {
    if (items.size() < kFewItems) {
      std::sort(work, work + items.size());
    } else {
      sorted = radix_sort(work, work + items.size(), items.size());
    }
  }
  const std::uint32_t *end = std::unique(sorted, sorted + items.size());
  std::size_t known = 0;
  for (const std::uint32_t *item = sorted; item != end; ++item) {
    if (*item < support.size() && support[*item] > 0) sorted[known++] = *item;
  }
  return {{sorted, known}, nullptr, static_cast<std::size_t>(end - sorted) - known};
}

}  // namespace recveil::defense
