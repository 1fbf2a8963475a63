// The model that serves one fold: trained without the users of that fold, in the form in which a
// host publishes it (recveil_publish_folds).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "recommend/row_solver.h"

namespace recveil::recommend {

// Sparse item-to-item weights: row j lists (i, w_ji) in ascending order of i.
struct ItemWeights {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> weights;  // parallel to items
  friend bool operator==(const ItemWeights &, const ItemWeights &) = default;
};

// Either item factors (items.cols > 0) with the loss that their rows solve, or item-to-item
// weights. support[i]: how many members of this model hold item i; 0: the model does not know it.
// An ordinary value.
struct FoldModel {
  std::vector<std::uint32_t> support;  // n_items
  Matrix items;                        // n_items x d, or empty
  SquaredLoss loss;                    // of the factors
  ItemWeights weights;                 // n_items rows, or empty

  std::uint32_t n_items() const { return static_cast<std::uint32_t>(support.size()); }
  bool has_factors() const { return items.cols > 0; }
};

// The slow reference of recveil_fold_rank(): scores the whole catalogue, then sorts. const calls
// from any thread.
class FoldRanker {
 public:
  // model: kept by reference. support_floor: items held by fewer members are not recommended; at
  // least 1, else Error(argument). O(n_items d^2) for factors.
  FoldRanker(const FoldModel &model, std::uint32_t support_floor);

  // The k best items for somebody with this history, best first. Items that the model does not know
  // and items outside the catalogue are dropped from the history alike, repetitions too; what is
  // left is taken in ascending order, so the list is a function of the set. Factors: score_i = x .
  // y_i with x the ridge fold-in of RowSolver. Weights: score_i = sum over j in the history of
  // w_ji, in double. Nothing left: score_i is the support. Candidates are the items of support >=
  // support_floor outside the history, ties by lower item; a score of 0 is as good as any, so that
  // the length does not depend on it.
  std::vector<std::uint32_t> rank(std::span<const std::uint32_t> history, std::size_t k) const;

  // score_i for every item, the history and those below the floor too.
  std::vector<double> score(std::span<const std::uint32_t> history) const;

 private:
  std::vector<std::uint32_t> known(std::span<const std::uint32_t> history) const;

  const FoldModel &model_;
  std::uint32_t support_floor_;
  std::unique_ptr<RowSolver> solver_;  // for factors
};

}  // namespace recveil::recommend
