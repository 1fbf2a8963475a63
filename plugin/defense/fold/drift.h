// Whether an item's neighbours changed abruptly from one model to the next, against the change of
// ordinary items: what fakes that tie a sensitive item to decoys cannot do without.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::defense {

// The most similar items of each item, the most similar first: those of item i stand from
// offsets[i] up to offsets[i + 1].
struct ItemNeighborhoods {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> similarity;

  std::size_t n_items() const { return offsets.size() - 1; }
};

// For each item the largest rise of its similarity to any of its neighbours of now. A neighbour
// that was not among those before counts as as similar as the last of them, or 0 where there was
// none. Throws Error(argument) for models of another number of items. O(neighbours^2) an item.
std::vector<double> item_drift(const ItemNeighborhoods &before, const ItemNeighborhoods &now);

// The share of ordinary items whose neighbours changed as much as the watched item's or more, the
// item itself among them: a p value if the item is an ordinary one, whatever changes a retraining
// brings. Ordinary are the `peers` items with the number of people nearest to the item's; support:
// people of each item. Throws Error(argument) for an item outside, or spans of other sizes.
double drift_p_value(std::span<const double> drift, std::span<const std::uint32_t> support,
                     std::uint32_t watched, std::size_t peers);

}  // namespace recveil::defense
