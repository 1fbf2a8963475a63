// What of a history and a list tells members from others: the features of the stronger attackers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "attack/evidence.h"

namespace recveil::attack {

// Beyond the difference vector: see the order in features.cc.
constexpr std::size_t kExtraFeatures = 95;

// A distance below this counts as this, so that quotients stay finite.
constexpr double kLeastDistance = 1e-4;

// Mean of the vectors of the items, of those that have one; else 0.
std::vector<double> mean_vector(std::span<const std::uint32_t> items, const Matrix &vectors);

// Row u, of l + kExtraFeatures columns, describes person u. First the difference vector; then,
// ours, quantiles and means by rank of
//   - the cosine similarity of list items to the history (largest, mean) and of history items to
//     the list (largest),
//   - the reference model's scores of the list items,
//   - log popularity of the list items,
// shares of the list in the 50 .. 1,000 most popular items, overlaps of the list with the slate of
// the reference model and with the history, items nobody in the auxiliary data has, the length of
// the history and of the difference vector; and last, how much farther the list is from the history
// than from the slate of the reference model: log |t - h| / |t - r| for the mean vectors of list t,
// history h and slate r (the relative membership metric of Chi et al., AAAI'26). A feature of
// something empty is 0; without a reference model all of its are. Lists may be of any length. Each
// row depends on one person alone. On Last.fm (hetrec 2k) with one iALS model for all they raise
// the AUC of .66, which the difference vectors give the published MLP, to .875. Cost a person:
// O(list * history * l), and 1 / Reference::kBlock of Reference::score().
Matrix feature_matrix(const Population &people, const Knowledge &knowledge,
                      const Matrix &difference);

}  // namespace recveil::attack
