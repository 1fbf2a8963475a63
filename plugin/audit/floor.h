// The support floor that suits the data: how few holders an item may have and still be shown.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recommend/evaluate.h"

namespace recveil::audit {

// Floors that are compared: 1 to so many.
inline constexpr std::uint32_t kMostFloor = 5;
// What the chosen floor keeps of the best one's NDCG@10, at least.
inline constexpr double kFloorKeeps = 0.98;

struct FloorChoice {
  std::uint32_t floor = 1;
  std::vector<double> ndcg10;  // with floor 1, 2, ...; empty: nobody has an item held out
};

// The largest floor that keeps kFloorKeeps of the NDCG@10 of the best one, where item-based
// filtering, trained on these users in `folds` folds, serves everybody by the model that never saw
// their fold. Take users that nobody is served from: a floor that is tuned on members depends on
// them. The first `served` of the users are served. On sparse data a high floor leaves nothing to
// show; where most items have many holders it costs nothing. O(training + served * (history *
// neighbours + n_items)).
FloorChoice choose_floor(const recommend::HoldOut &data, std::span<const std::uint32_t> users,
                         std::size_t served, std::uint32_t folds, std::uint64_t seed);

}  // namespace recveil::audit
