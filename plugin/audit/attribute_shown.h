// What rows recommend: lists, and how good they are.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/interactions.h"
#include "core/matrix.h"
#include "numerics/stats.h"
#include "recommend/evaluate.h"

namespace recveil::audit {

// HR@10 and NDCG@10 of all unseen items, then against 99 sampled negatives.
constexpr std::size_t kUtilities = 4;
constexpr const char *kUtilityNames[kUtilities] = {"hr10", "ndcg10", "hr10_99", "ndcg10_99"};

struct ShownLists {
  Interactions lists;                                  // of everybody, best first
  std::vector<std::array<double, kUtilities>> people;  // of each; zeros without a held-out item
};

// Items that are not to be shown to a person besides those they have seen; may be empty.
using Hidden = std::function<void(std::size_t person, std::vector<std::uint32_t> &items)>;

// Scores are products of the rows with the items' factors. length: of a list, at least 10. A
// held-out item that is hidden counts as missed. O(people * items * d).
ShownLists show(const Matrix &rows, const Matrix &items, const recommend::HoldOut &held_out,
                std::size_t length, std::uint64_t seed, const Hidden &hidden);

struct UtilityChange {
  double before = 0, after = 0;
  Estimate change;  // after / before - 1, 95 % of the paired differences of people
};

// Over the requesters that have a held-out item, over all splits (one entry a split).
std::array<UtilityChange, kUtilities> compare_utility(
    const std::vector<std::vector<std::array<double, kUtilities>>> &before,
    const std::vector<std::vector<std::array<double, kUtilities>>> &after);

}  // namespace recveil::audit
