// One private release over people of a data set, with what only an audit may look at: the exact
// sums under its noise.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"
#include "recommend/evaluate.h"

namespace recveil::audit {

using Users = std::vector<std::uint32_t>;
using Triangle = std::vector<std::int64_t>;

struct PrivateRelease {
  defense::Catalogue catalogue;
  Triangle exact;
  defense::NoisyGram noisy;
  double mu_gram = 0;
};

// number: of the release; with the seed it says which noise is drawn.
PrivateRelease release_of(const Interactions &data, const Users &people, double mu,
                          std::uint64_t seed, std::uint64_t number = 1);

// The exact sums of people, and as a matrix in units of one person's row.
Triangle gram_of(const Interactions &data, const Users &people,
                 const defense::Catalogue &catalogue);
std::vector<double> as_matrix(const Triangle &triangle, std::size_t n);

// Scores over a catalogue by item-to-item weights (defense/private/denoise.h).
std::vector<double> scores_of(const std::vector<float> &weights, std::size_t n,
                              std::span<const std::uint32_t> places);

// Scores of all places of a catalogue for a history, as places.
using PlaceScores = std::function<std::vector<double>(std::span<const std::uint32_t> places)>;
PlaceScores scores_by(const std::vector<float> &weights, std::size_t n);  // which must outlive it

// The ten best items of the catalogue outside each history.
RankedLists lists_of(const recommend::HoldOut &data, const Users &users,
                     const defense::Catalogue &catalogue, const PlaceScores &score);

// Of the held-out items, among all items: those outside the catalogue count as missed.
recommend::Utility utility_of(const recommend::HoldOut &data, const Users &users,
                              const RankedLists &lists);

// How many different items stand in the first ten places of the lists.
std::size_t items_shown(const RankedLists &lists);

// Of everybody, <noisy - (the exact sum without the person), x x'>, in which a member is 1 above
// the others and everybody has noise of sd 1 / mu_gram: the best test there is. People of one
// release share noise, so that the AUC over them reads up to .01 high on data where histories
// overlap. are_members: in the exact sum.
std::vector<double> best_test(const PrivateRelease &release, const Interactions &data,
                              const Users &people, bool are_members);

}  // namespace recveil::audit
