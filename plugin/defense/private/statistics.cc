#include "defense/private/statistics.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace recveil::defense {
namespace {

constexpr std::uint32_t kAbsent = UINT32_MAX;

// floor(sqrt(n)): the root of doubles may be one off.
std::int64_t whole_root(std::int64_t n) {
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return root;
}

}  // namespace

void add_counts(std::span<const std::uint32_t> history, std::span<std::int64_t> counts) {
  if (history.empty()) return;
  const auto step = whole_root(kScale * kScale / static_cast<std::int64_t>(history.size()));
  for (const std::uint32_t item : history) counts[item] += step;
}

Catalogue::Catalogue(std::vector<std::uint32_t> items, std::size_t n_items)
    : items_(std::move(items)), place_(n_items, kAbsent) {
  for (std::size_t place = 0; place < items_.size(); ++place) {
    if (items_[place] >= n_items) throw Error(Status::argument, "catalogue: item out of range");
    if (place_[items_[place]] != kAbsent)
      throw Error(Status::argument, "catalogue: duplicate item");
    place_[items_[place]] = static_cast<std::uint32_t>(place);
  }
}

std::vector<std::uint32_t> Catalogue::places(std::span<const std::uint32_t> history) const {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t item : history) {
    if (place_[item] != kAbsent) out.push_back(place_[item]);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void add_gram(std::span<const std::uint32_t> history, const Catalogue &catalogue,
              std::span<std::int64_t> triangle) {
  const std::vector<std::uint32_t> places = catalogue.places(history);
  if (places.empty()) return;
  const std::int64_t step = kScale / static_cast<std::int64_t>(places.size());
  for (std::size_t a = 0; a < places.size(); ++a) {
    std::int64_t *row = triangle.data() + triangle_at(catalogue.size(), places[a], 0);
    for (std::size_t b = a; b < places.size(); ++b) row[places[b]] += step;
  }
}

}  // namespace recveil::defense
