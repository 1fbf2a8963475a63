// Membership inference against a recommender, from the lists it serves (Zhang et al., CCS'21).
// The attacker knows a person's history and the list that person is served, trains on a shadow
// population of other people, whose membership is known, and scores the target population.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/interactions.h"
#include "numerics/svd.h"

namespace recveil::attack {

// People the attacker looks at: row u of each is one person. Histories and lists may be empty.
struct Population {
  Interactions histories;
  RankedLists lists;
  // 1: in the training data. Labels of the shadow; truth of the target, which score() does not
  // read.
  std::vector<std::uint8_t> member;
};

// The people named by `rows`, in that order.
Population select(const Population &people, const std::vector<std::uint32_t> &rows);

// What the attacker brings besides the shadow population.
struct Auxiliary {
  Matrix item_vectors;  // n_items x l, from people in neither population; 0: not known
  std::vector<std::uint64_t> popularity;  // n_items, counted on the same people
  // The same people, for a reference model of the attacker's own. Empty: features that need one
  // are 0, and attackers do without.
  Interactions people{};
};

// What the attackers look at (attack/evidence.h), made once a population and shared by them all.
struct Observation;
using Evidence = std::shared_ptr<const Observation>;

// An attacker. One object a use: fit, then score. Scores are finite, whatever is empty. fit()
// throws Error(Status::argument) where the shadow lacks members or non-members, score() where
// nothing was fitted or the target was observed with other auxiliary data than the shadow.
class MembershipAttack {
 public:
  virtual ~MembershipAttack() = default;
  virtual std::string name() const = 0;
  // Does it look at the list alone, never at a history?
  virtual bool blind() const = 0;
  // Where to cut the scores: above means "member". Learnt on the shadow alone.
  virtual double threshold() const = 0;

  void fit(const Evidence &shadow);
  // Scores of every person, higher = more likely a member.
  std::vector<double> score(const Evidence &target) const;

  // For one attacker alone: the same, with evidence of its own (throws as observe() does).
  void fit(const Population &shadow, const Auxiliary &auxiliary);
  std::vector<double> score(const Population &target) const;

 private:
  virtual void learn(const Evidence &shadow) = 0;
  virtual std::vector<double> judge(const Observation &target) const = 0;

  Evidence shadow_;  // what it was fitted on
};

// z_u = mean of the vectors of the history minus the list's vectors weighted by falling rank,
// w_j = (k + 1 - j) / (k (k + 1) / 2) for place j = 1..k of a list of k (CCS'21, authors' code).
// Items whose vector is 0 are left out, and weights renormalized over what is there; a side with
// nothing there is 0. items: n_items x l. Row u of the result, n x l, is z_u.
// O((sizes of histories and lists) * l).
// uniform: every place weighs the same, as the authors' clustering variant has it.
enum class ListWeights : std::uint8_t { falling, uniform };
Matrix difference_vectors(const Population &population, const Matrix &items,
                          ListWeights weights = ListWeights::falling);

// The published attack: MLP 100-32-8-2 on difference vectors, standardized on the shadow, decided
// at 0. Ours: the decision is the mean of five networks, so that it depends little on the seed.
// fit: five times Mlp::train.
std::unique_ptr<MembershipAttack> make_difference_mlp(std::uint64_t seed);

// Boosted trees and logistic regression on the features of attack/features.h, decided at log odds
// of 0. Ours: measured far above the MLP where a model is fitted to its members.
std::unique_ptr<MembershipAttack> make_boosted_trees(std::uint64_t seed);
std::unique_ptr<MembershipAttack> make_logistic();

// The mean of the two above, each divided by the spread of its log odds on the shadow. Ours. The
// MLP is left out: what it sees is part of the features, and it lowered the AUC (Last.fm hetrec 2k,
// iALS, six splits: .844 with it, .875 without).
std::unique_ptr<MembershipAttack> make_strong(std::uint64_t seed);

// Chi et al., IJCAI'24, without a shadow: 1 / |h - r| - 1 / |r - p| for the mean vectors of history
// h, list r and the 100 most popular items p; a list close to the history is a member's, one close
// to the popular items is not. Decided at 0, as published: nothing tells it where that direction is
// the wrong one. Distances below 1e-4 count as 1e-4, in both terms. Items without a vector are left
// out. O((sizes of histories and lists) * l).
std::unique_ptr<MembershipAttack> make_shadow_free();

// Blind rule "how popular is this list": mean log(1 + popularity) of the list (0 for an empty one),
// the direction by the AUC and the threshold by the balanced accuracy on the shadow. Ours. Where
// members are served item-based CF and others the popular items, each without what they have seen,
// it reads Last.fm (hetrec 2k) almost perfectly (AUC 1.00) and MovieLens 1M partly (AUC .82).
// O(items in lists).
std::unique_ptr<MembershipAttack> make_list_popularity();

// How much of the list lies among the N most popular items that the person has not seen, N,
// direction and threshold from the shadow. Ours: it undoes the seen filter that hides popular lists
// from the blind rule. O(n * (history + list) * log history).
std::unique_ptr<MembershipAttack> make_popular_overlap();

// Chi et al., AAAI'26: the relative membership metric |t - h| / |t - r| for the mean vectors of
// list t, history h and a reference recommendation r, here the slate of the attacker's own model
// for that history: a list is a member's if it is nearer to the history than to what would be
// recommended anyway. The value is the last feature of attack/features.h, its direction and
// threshold are learnt on the shadow, where the paper has 1. Constant without a reference model.
std::unique_ptr<MembershipAttack> make_reference_metric();

// Blind rule "which items does this list show": counts on the shadow in how many members' and
// others' lists each item stands, and takes the mean log ratio of the two shares over the items of
// a list (naive Bayes, one added to each count). Threshold by halves of the shadow that learn on
// each other: a list that was counted speaks for its own class. Ours. O(items in lists).
std::unique_ptr<MembershipAttack> make_list_counter(std::uint64_t seed);

// All attackers, in a fixed order. Those of one call share what they train: `strong` costs little
// besides its parts when they are fitted on the same evidence. So fit them on one thread; scoring
// is const and may go on in many.
std::vector<std::unique_ptr<MembershipAttack>> all_membership_attacks(std::uint64_t seed);

}  // namespace recveil::attack
