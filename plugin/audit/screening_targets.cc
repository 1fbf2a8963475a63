#include "audit/screening_targets.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {

std::span<const TargetKind> target_kinds() {
  static constexpr std::array<TargetKind, 6> kKinds{{
      {.name = "unpopular_1"},
      {.name = "medium_1", .least = .015, .most = .03},
      {.name = "unpopular_5", .items = 5},
      {.name = "spread_5", .items = 5, .spread = true},
      {.name = "popular_1", .least = .05, .most = .15, .usual = false},
      {.name = "unpopular_20", .items = 20, .usual = false},
  }};
  return kKinds;
}

std::vector<std::uint32_t> pick_targets(const TargetKind &kind,
                                        std::span<const std::uint32_t> popularity,
                                        std::size_t window, std::uint64_t seed) {
  const auto n = static_cast<double>(window);
  const double least = kind.most > 0 ? kind.least * n : 1;
  const double most = kind.most > 0 ? kind.most * n : std::max(3.0, 0.002 * n);
  // By how much an item is outside of the range; 0 within.
  const auto off = [&](std::uint32_t item) {
    const double had = popularity[item];
    return had < least ? least - had : std::max(0.0, had - most);
  };
  std::vector<std::uint32_t> items;
  for (std::uint32_t i = 0; i < popularity.size(); ++i) {
    if (popularity[i] > 0) items.push_back(i);
  }
  if (items.size() < kind.items) {
    throw Error(Status::data, "the window has " + std::to_string(items.size()) +
                                  " items, a campaign pushes " + std::to_string(kind.items));
  }
  Rng rng(seed, 3);
  rng.shuffle(items);
  std::stable_sort(items.begin(), items.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return off(a) < off(b); });
  items.resize(kind.items);
  return items;
}

}  // namespace recveil::audit
