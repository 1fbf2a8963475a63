// Item-CF for cross-fit serving, exactly and at the price of one model: counts are integers, and
// integers subtract without error. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "recommend/co_occurrence.h"
#include "recommend/fold_model.h"
#include "recommend/folds.h"

namespace recveil::recommend {

// w_ji = c_ij / sqrt(d_i d_j) as float, the cosine of recommend/item_cf.h; symmetric; support = d.
FoldModel item_cf_model(const CoOccurrence &counts);

// The counts C_k of every fold and their sum C; the counts of model k are C - C_k. Every user is
// counted once: training costs the same as one model, and holds at most twice its non-zero counts
// (each C_k, and C).
class FoldCounts {
 public:
  // Throws Error(argument) for folds out of range.
  FoldCounts(const Interactions &training, const Folds &folds);

  // C - C_k: equal to co_occurrence() of everybody outside fold k. Linear in the non-zero counts.
  CoOccurrence without(std::uint32_t fold) const { return subtract(all_, parts_.at(fold)); }
  FoldModel model(std::uint32_t fold) const { return item_cf_model(without(fold)); }

  std::uint32_t count() const { return static_cast<std::uint32_t>(parts_.size()); }

 private:
  CoOccurrence all_;
  std::vector<CoOccurrence> parts_;
};

// Exact leave-one-out: everybody is served by the model of all others. One model, no folds, and the
// counts of the user are taken out while serving: c_ij - t_i t_j and d_i - t_i, t_i = 1 where i is
// in the user's TRAINING history. const calls from any thread.
class LeaveOneOut {
 public:
  explicit LeaveOneOut(const Interactions &training) : counts_(co_occurrence(training)) {}

  std::uint32_t n_items() const { return counts_.n_items(); }

  // scores (n_items, overwritten): what train_item_cf() of the training data without this user
  // gives for `history`, bit by bit. trained: the row this user had in the training data, empty for
  // somebody who was not in it; a row that was not counted is Error(argument) where that shows.
  // history: the current one. Items of support below `support_floor` among the others score 0.
  // Never give a member the trained row as history and a non-member the current one: that tells
  // them apart. The cost of ItemCf's score() plus n_items; |trained| more for members, which is
  // why fold counts hide better against a clock.
  void score(std::span<const std::uint32_t> trained, std::span<const std::uint32_t> history,
             std::uint32_t support_floor, std::span<float> scores) const;

 private:
  CoOccurrence counts_;
};

}  // namespace recveil::recommend
