// The sybil: an outsider who opens accounts, types in what a person did but for a fifth, and looks
// whether the fifth is recommended. The model that has seen the person knows what goes with the
// rest. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "audit/accounts.h"
#include "audit/summary.h"
#include "core/interactions.h"

namespace recveil::audit {

// Removal probes a model and a person: each fifth of the known history is left out once.
constexpr std::size_t kProbes = 5;

// Of every person, the share of the known history that came back when it was left out. No shadow
// enters it.
struct Probes {
  std::vector<double> one;  // from one model: the only one, or that of the fold after the own
  // The mean over the other folds minus what came back from the own fold, which never saw the
  // person: what goes with the rest of the history anyway cancels. Empty where one model serves
  // all.
  std::vector<double> paired;
};

// Asks accounts.folds times kProbes times for every person. The attacker is taken to know the
// person's fold: an account with the whole history is shown the person's own list in that fold
// alone. The fifths are dealt at random, by (seed, user).
// users: ids, one a row of `known`, which is what the attacker knows of them.
Probes probe_everybody(const Accounts &accounts, const std::vector<std::uint64_t> &users,
                       const Interactions &known, std::uint64_t seed);

// Names of what sybil_scores() gives, in that order.
inline constexpr const char *kSybilAttackers[] = {"sybil_probe", "sybil_paired"};

// Of one split: the probes as attackers, direction and threshold learnt on the shadow. One, or two
// where there are pairs. member and known: of the rows of the probes.
struct ProbedPeople {
  const Probes &probes;
  const std::vector<std::uint8_t> &member;
  const Interactions &known;
};
std::vector<SplitScores> sybil_scores(const ProbedPeople &shadow, const ProbedPeople &target);

}  // namespace recveil::audit
