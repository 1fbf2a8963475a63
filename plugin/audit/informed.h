// The attacker that a private model is made against: somebody who knows every other member, and
// types the history of a person into accounts. What they learn is the most that anybody does who
// does not see the noisy matrix itself; the best test on the matrix is next to it. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "audit/informed_report.h"
#include "audit/private_release.h"
#include "audit/summary.h"

namespace recveil::audit {

inline constexpr char kInformedAttacker[] = "sybil_learned";

// A split of its own: noise of a given mu costs a small service most, and fifths of a data set are
// small. Users with kMinHistory interactions (audit/split.h) take part.
struct InformedSplit {
  Users attacked;  // members
  Users known;     // the other members, four times as many
  Users others;

  Users members() const;  // attacked, then known
};

// share: of the people, who train. Throws Error(data) where less than 20 would be attacked or
// others.
InformedSplit split_informed(const Interactions &all, double share, std::uint64_t seed);

// Another way that claims to be private, on the same split, under the same attacker.
struct BaselineResult {
  const char *name;
  std::optional<double> epsilon_part, epsilon_person;  // of one bit or item; of a whole history
  SplitScores learned;
  UtilityPair utility;
};

struct InformedResult {
  std::size_t members = 0, attacked = 0, others = 0;
  std::size_t catalogue = 0;
  std::size_t items_shown = 0;  // in the first ten places of all who are looked at
  SplitScores learned;          // kInformedAttacker
  SplitScores best_test;        // on the matrix
  SplitScores no_noise;         // the control: the recipe with noise of 0, catalogue as released
  SplitScores ridge_alone;      // the same with the ridge of the private model
  recommend::Utility utility_members, utility_others;  // means; of the attacked alone
  std::optional<PairDraws> pair;
  std::vector<BaselineResult> baselines;
};

// What kInformedAttacker does: probes of the attacked model and of a reference that the attacker
// trained without noise on all members but the attacked, told apart by a logistic regression that
// learns on four fifths of the people and is asked about the rest. epsilon: at kPrivateDelta.
// pair_draws: 0: none. baselines: other ways on the same split too.
InformedResult attack_informed(const recommend::HoldOut &data, double epsilon, double share,
                               std::uint64_t seed, std::size_t pair_draws, bool baselines = false);

PairDraws draw_pairs(const Interactions &data, const Users &members, double mu, std::uint64_t seed,
                     std::size_t draws);

}  // namespace recveil::audit
