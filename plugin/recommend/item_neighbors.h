// Item-based filtering by a few neighbours of each item: what most shops run. Sarwar et al.
// (WWW'01), with the shrunk cosine that damps pairs of rare items:
//   s_ij = c_ij / (sqrt(d_i d_j) + shrinkage), score_i = sum of s_ij over the history's items j
//   among the most similar items of i.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "recommend/recommender.h"

namespace recveil::recommend {

struct ItemNeighborOptions {
  std::size_t neighbors = 20;  // of an item, at least 1
  double shrinkage = 10;       // at least 0
};

class ItemNeighbors final : public Recommender {
 public:
  struct Neighbor {
    std::uint32_t item;
    float similarity;
  };

  // Ties of similarity by lower item. Costs the co-occurrences (recommend/co_occurrence.h). Throws
  // Error(argument) for options out of range.
  ItemNeighbors(const Interactions &training, const ItemNeighborOptions &options);

  std::uint32_t n_items() const override;
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override;

  // Of one item, the most similar first.
  std::span<const Neighbor> neighbors(std::size_t item) const {
    return {neighbors_.data() + offsets_[item], neighbors_.data() + offsets_[item + 1]};
  }

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<Neighbor> neighbors_;
};

}  // namespace recveil::recommend
