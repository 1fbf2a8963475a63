// How many of the given users interacted with each item. Count over members only: a popularity that
// counts non-members tells about them in their own lists.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/interactions.h"
#include "recommend/recommender.h"

namespace recveil::recommend {

// counts[i] = number of rows that hold item i. O(interactions + n_items).
std::vector<std::uint64_t> popularity(const Interactions &members);

// The recommender that scores every item by its count, whatever the history.
std::unique_ptr<Recommender> train_popularity(const Interactions &members);

}  // namespace recveil::recommend
