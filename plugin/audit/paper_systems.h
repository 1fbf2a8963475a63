// The recommenders of Zhang et al. (CCS'21), as their tables name them, and the lists they show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/interactions.h"
#include "recommend/recommender.h"

namespace recveil::audit {

// name: of the request's recommenders; ncf_one_model is trained as ncf_released. epochs: 0: its
// own; popularity and item_cf have none.
std::unique_ptr<recommend::Recommender> train_paper(const std::string &name,
                                                    const Interactions &members, std::uint64_t seed,
                                                    unsigned epochs = 0);

// What the members are shown, k items or fewer: row r of the result for row r of `histories`, which
// was row first + r of the training. lists: of the request.
RankedLists paper_lists(const std::string &name, const recommend::Recommender &model,
                        const Interactions &histories, std::size_t first, const std::string &lists,
                        std::size_t k, std::uint64_t seed);

// Items by the number of people who have them, ties by lower item.
std::vector<std::uint32_t> by_popularity(const Interactions &people);

// What people are shown who are not served by the model: the k most popular items, the same for
// everybody, or with a ratio k random ones of the k / ratio most popular, in random order. unseen:
// without their own, where there is no ratio.
RankedLists popular_lists(const std::vector<std::uint32_t> &by_popularity,
                          const Interactions &histories, std::size_t k, double ratio, bool unseen,
                          std::uint64_t seed);

}  // namespace recveil::audit
