// Whether an item's neighbours changed abruptly from one model to the next, against the change of
// ordinary items: what fakes that tie a sensitive item to decoys cannot do without (Hidano et al.,
// PETS'20). The statistic is ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/fold/sketch.h"

namespace recveil::defense {

struct ItemChange {
  std::uint32_t item = 0;
  bool compared = false;   // both versions know it, and enough ordinary items
  std::uint32_t fold = 0;  // whose model changed most
  double change = 0;       // in multiples of what a tenth of the ordinary items exceed
  double p_value = 1;      // that an ordinary item changes as much
  // The items that it is now tied to and was not, the most first.
  std::vector<std::uint32_t> neighbors;
};

// How the watched items changed, in the order given. In each fold the drift of an item is, of
// weights, the largest rise of one to an item in its row (item_drift()); of factors, the length of
// what the best linear map from the last factors to these leaves of its row, which no rotation of
// the factors touches. An item's change is the largest over the folds, each in units of its
// ordinary items. Ordinary are the kPeers items, none of them watched, whose support was nearest to
// the item's. Beyond their upper tenth the p value follows Pareto's law with Hill's estimate, so
// that many items can be watched: a rank among 256 would not go below .004. Sets no neighbors.
// Sketches of other kinds or numbers of folds compare nothing. O(folds (items d^2 + d^3)), or one
// pass over the rows.
constexpr std::size_t kPeers = 256;
std::vector<ItemChange> compare(const ModelSketch &before, const ModelSketch &now,
                                std::span<const std::uint32_t> watched);

// The items that `item` is now tied to and was not: of weights, those that rose most in its row; of
// factors, those that point where its row moved. At most `most`. O(n_items d).
std::vector<std::uint32_t> new_neighbors(const ModelSketch &before, const ModelSketch &now,
                                         const LentModel &model, const ItemChange &change,
                                         std::size_t most);

// The share of ordinary changes that are at least as large, with the tail as above. REQUIRES:
// ordinary is not empty.
double tail_p_value(double change, std::vector<double> ordinary);

// The drift of each item of `items` (places in before and now): of weights, of factors. An item
// that either does not know: below 0.
struct Place {
  std::size_t before, now;
};
std::vector<double> weight_drift(const FoldSketch &before, const FoldSketch &now,
                                 std::span<const Place> items);
std::vector<double> factor_drift(const FoldSketch &before, const FoldSketch &now,
                                 std::span<const Place> items);

}  // namespace recveil::defense
