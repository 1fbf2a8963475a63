// Published ways to make a recommender private, to compare with: by their own claim, and by what
// the attacker who knows everybody else reads.
#pragma once

#include <vector>

#include "audit/informed.h"
#include "audit/informed_probe.h"

namespace recveil::audit {

// NDCG@10 and HR@10 among all items of those who are looked at.
UtilityPair utility_by(const recommend::HoldOut &data, const InformedScene &scene,
                       const PlaceScores &score);

// Randomized response (Warner, 1965): every bit "has the item" of a history over the catalogue is
// flipped with probability 1 / (1 + e^epsilon), the Gram matrix unbiased, denoised and inverted as
// ours is. A person gives as many bits as the catalogue has items, so that epsilon a bit is that
// many times epsilon for the person. Both are run: epsilon for each bit, and for the person.
void add_randomized_response(const recommend::HoldOut &data, const InformedScene &scene,
                             const Users &members, double epsilon,
                             std::vector<BaselineResult> &out);

// VP-DPMF as published (Friedman, Berkovsky and Kaafar, UMUAI 2016, by the code of
// fr-iit/DP-Impact): factors are trained without noise, then each item's least squares problem is
// solved anew with Laplace noise of scale max_u |P_u|_1 / epsilon on its right side, norms of P_u
// at most 5, and what comes out is clamped to the range of the item factors. It is not
// differentially private for a person: P, the range and the scale come from the data without noise,
// who has an item is not protected, and epsilon is that of one item.
void add_perturbed_factors(const recommend::HoldOut &data, const InformedSplit &split,
                           double epsilon, std::uint64_t seed, std::vector<BaselineResult> &out);

}  // namespace recveil::audit
