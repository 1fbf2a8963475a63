// The attackers of an audit, fitted and run, and the controls that show whether they work.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "audit/summary.h"

namespace recveil::audit {

using Attackers = std::vector<std::unique_ptr<attack::MembershipAttack>>;

// What the attacker makes of people of their own, who are in neither population: item vectors of
// the paper's length (100), popularity and a reference model.
std::shared_ptr<const attack::Knowledge> learn_items(const Interactions &people,
                                                     std::uint64_t seed);

// attack::all_membership_attacks, or what a test puts in its place.
using MakeAttackers = std::function<Attackers(std::uint64_t seed)>;

// All attackers, fitted on the shadow.
Attackers fitted(const attack::Evidence &shadow, std::uint64_t seed);

// The positive control, on a system that must leak: the AUC of each attacker on the target, the
// lowest of its fits on disjoint random parts of the shadow, up to sixteen of 100 or more of each
// class. In parts, because an attacker that learnt nothing points the right way in half of its
// fits.
std::vector<double> lowest_aucs(const MakeAttackers &make, const attack::Evidence &shadow,
                                const attack::Evidence &target, std::uint64_t seed);

// The members of a population with half of them, at random, called non-members: nothing tells the
// halves apart.
attack::Population with_random_labels(const attack::Population &population, std::uint64_t seed);

// positive: lowest_aucs() on a system that must leak; it passes if the best of them reads it (AUC
// .9 or more), else the attack is broken. negative: on random labels; it passes unless, corrected
// for their number, one of them is surely away from .5.
Controls judge_controls(const std::vector<double> &positive,
                        const std::vector<AttackerSummary> &negative, double margin);

}  // namespace recveil::audit
