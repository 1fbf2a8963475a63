#include <algorithm>
#include <cmath>
#include <span>

#include "attack/profile_fillers.h"

namespace recveil::attack {
namespace {

constexpr std::size_t kSegment = 40, kLeastSegment = 10, kMostAtHighest = 20;

}  // namespace

std::vector<std::uint32_t> nearest_items(const Scene &scene, std::span<const std::uint32_t> centres,
                                         std::size_t most) {
  const Interactions &rows = scene.observed.histories;
  std::vector<bool> is_centre(rows.n_items, false);
  for (const std::uint32_t centre : centres) is_centre[centre] = true;
  std::vector<double> near(rows.n_items, 0);
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    const auto row = rows.row(u);
    const auto shared =
        std::count_if(row.begin(), row.end(), [&](std::uint32_t item) { return is_centre[item]; });
    if (shared == 0) continue;
    for (const std::uint32_t item : row) near[item] += static_cast<double>(shared);
  }
  std::vector<std::uint32_t> segment;
  for (const std::uint32_t item : scene.by_popularity) {
    near[item] /= std::sqrt(static_cast<double>(scene.popularity[item]) + 5);
    if (near[item] > 0 && !is_centre[item]) segment.push_back(item);
  }
  std::stable_sort(segment.begin(), segment.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return near[a] > near[b]; });
  segment.resize(std::min(most, segment.size()));
  return segment;
}

Fillers segment_fillers(const Scene &scene) {
  std::vector<std::uint32_t> segment = nearest_items(scene, scene.campaign.targets, kSegment);
  if (segment.size() < kLeastSegment && !scene.by_popularity.empty()) {
    Rng rng = campaign_rng(scene);
    const std::uint64_t top = std::max<std::uint64_t>(1, scene.by_popularity.size() / 5);
    const std::uint32_t centre = scene.by_popularity[rng.below(top)];
    segment = nearest_items(scene, {&centre, 1}, kSegment);
  }
  return Fillers([&scene, segment](Account &account) {
    account.add_some(segment, std::min(scene.fillers / 2, kMostAtHighest),
                     [&](std::uint32_t) { return scene.highest(); });
    account.add_some(scene.by_popularity, account.missing(),
                     [&](std::uint32_t) { return scene.lowest(); });
  });
}

}  // namespace recveil::attack
