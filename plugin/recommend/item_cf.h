// Item-based collaborative filtering: cosine similarity of binary co-occurrence, zero diagonal, the
// score of an item is the sum of its similarities to the history (Zhang et al., CCS'21, names the
// method without a formula; this is the usual one):
//   s_ij = c_ij / sqrt(d_i d_j), score_i = sum over j in the history, j != i, of s_ij.
#pragma once

#include <memory>

#include "core/interactions.h"
#include "recommend/recommender.h"

namespace recveil::recommend {

// Training costs sum over users of |history|^2 (recommend/co_occurrence.h); the counts are
// integers, so that a user can be added or taken out exactly. Scoring costs the non-zero counts of
// the items of the history. The sums are in double and in a fixed order: scores depend on the set
// of items, not on the order of the history or of the training users. score() throws
// Error(argument) for an item outside the catalogue or room for another number of scores.
std::unique_ptr<Recommender> train_item_cf(const Interactions &training);

}  // namespace recveil::recommend
