// Projected gradient ascent on the ratings of fakes: Li, Wang, Singh and Vorobeychik, "Data
// poisoning attacks on factorization-based collaborative filtering", NIPS'16, section 4.1 and
// algorithm 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attack/profile_scene.h"
#include "attack/profile_surrogate.h"

namespace recveil::attack {

// The integrity utility with all weights 1 and its gradient in the fakes' ratings.
struct Integrity {
  double value = 0;              // R = sum over genuine accounts g and targets t of u_g.v_t
  std::vector<double> gradient;  // dR / dM~, parallel to the fakes' items
};

// U and V come from `surrogate` and stay as they are, as in the paper. From them and M~ follow
//   u~_f = B_f^-1 sum_j M~_fj v_j,  B_f = lambda I + sum_j v_j v_j^T  (j over the items of f),
//   v_t = A_t^-1 (sum_g M_gt u_g + sum_f M~_ft u~_f),
//   A_t = lambda I + sum_g u_g u_g^T + sum_f u~_f u~_f^T  (g, f over those who rated t).
// The paper holds u~_f too while it differentiates v_t: dv_t / dM~_ft = A_t^-1 u~_f. Then the
// utility would move no rating but the targets', which are at the maximum already; so we follow M~
// through u~_f as well and the gradient is exact for what stands above: with p_t = A_t^-1 sum_g u_g
//   dR / dM~_fj = v_j^T B_f^-1 sum_t ((M~_ft - u~_f.v_t) p_t - (p_t.u~_f) v_t) + [j = t] p_t.u~_f.
// O(ratings k^2 + targets k^3).
Integrity integrity(const Surrogate &surrogate, const CentredRatings &genuine,
                    const CentredRatings &fake, std::span<const std::uint32_t> targets);

// Raises the utility by the fakes' filler ratings; items (a random choice, as in the paper) and the
// targets' ratings stay. Starts from the ratings that are there. 10 times: the surrogate anew, from
// a random start and by 10 sweeps, and a step of .2 Lambda / max |dR / dM~| (the paper gives no
// step), projected on [-Lambda, Lambda], which is the observed scale about its middle; at the end
// each rating goes to the nearest level. A surrogate that goes on from the step before is cheaper
// and of no use: the fakes come to fit that one local minimum, and a factorization from another
// start then predicts less for the targets than with no ascent at all (MovieLens 100K, measured).
// REQUIRES: ratings of two levels. Cost: 100 sweeps, 11 s
// on MovieLens 1M.
void ascend(const Scene &scene, Accounts &fakes);

}  // namespace recveil::attack
