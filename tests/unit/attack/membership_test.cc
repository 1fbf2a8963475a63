#include "attack/membership.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "numerics/stats.h"
#include "support/attack_population.h"

namespace recveil {
namespace {

using attack::MembershipAttack;
using attack::Population;

struct Outcome {
  double auc = 0, balanced_accuracy = 0;
};

// The attack on `target` after learning from `shadow`.
Outcome run(MembershipAttack &attacker, const Population &shadow, const Population &target) {
  attacker.fit(shadow, support::taste_auxiliary());
  const std::vector<double> scores = attacker.score(target);
  std::vector<double> members, non_members;
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (target.member[u] != 0 ? members : non_members).push_back(scores[u]);
  }
  return {numerics::auc(members, non_members).value,
          numerics::balanced_accuracy(members, non_members, attacker.threshold()).value};
}

// Standard deviation of the AUC of n against n people with no difference between them.
double null_deviation(double n) {
  return std::sqrt((2 * n + 1) / (12 * n * n));
}

// Hypothesis: the AUC is the best there is, .5 + (.9 - .3) / 2 = .8, but for .01 that learning from
// 1,000 people a group may lose. n = 2,000 people a group. The AUC of the best rule is (1 + a - b)
// / 2 for observed shares a and b, so that its deviation is sqrt((.9 .1 + .3 .7) / 2000) / 2 =
// .0061; 4.5 of them give a false alarm of 7e-6. Balanced accuracy at the best threshold is the
// same number.
TEST(DifferenceMlp, FindsAPlantedDifference) {
  const auto attacker = attack::make_difference_mlp(1);
  const Outcome outcome = run(*attacker, support::taste_population(1000, 0.9, 0.3, 1),
                              support::taste_population(2000, 0.9, 0.3, 2));
  for (const double value : {outcome.auc, outcome.balanced_accuracy}) {
    EXPECT_GT(value, 0.8 - 0.01 - 4.5 * 0.0061);
    EXPECT_LT(value, 0.8 + 4.5 * 0.0061);
  }
}

// A member's item is drawn from 0..99 or 50..149 and a non-member's from the other range: one beats
// the other where both are in 50..99 by chance, else always, so that the best AUC is 1 - .5 * .5 /
// 2 = .875, whatever the direction. n = 2,000 a group; DeLong's deviation: P(beaten | own item) is
// 1 for half of the group and uniform on [.5, 1] for the rest, variance .0286, sqrt(2 * .0286 /
// 2000) = .0053. The best threshold errs on half of one group: balanced accuracy .75, deviation at
// most sqrt(.25 / 2000) / 2 = .0056; .01 for learning it. Four bounds, 4.5 deviations: 3e-5 in all.
TEST(ListPopularity, FindsADifferenceInEitherDirection) {
  for (const std::uint32_t member_from : {0u, 50u}) {
    const auto attacker = attack::make_list_popularity();
    const Outcome outcome =
        run(*attacker, support::popularity_population(1000, member_from, 50 - member_from, 3),
            support::popularity_population(2000, member_from, 50 - member_from, 4));
    EXPECT_NEAR(outcome.auc, 0.875, 4.5 * 0.0051);
    EXPECT_NEAR(outcome.balanced_accuracy, 0.75, 0.01 + 4.5 * 0.0056);
  }
}

// Lists 0..9 against 190..199: nothing overlaps, and the threshold lies between.
TEST(ListPopularity, ReadsSeparateListsPerfectly) {
  Population people = support::empty_population();
  for (std::uint32_t i = 0; i < 10; ++i) support::append_person(people, {}, {i, i + 1}, true);
  for (std::uint32_t i = 190; i < 199; ++i) support::append_person(people, {}, {i, i + 1}, false);
  const auto attacker = attack::make_list_popularity();
  const Outcome outcome = run(*attacker, people, people);
  EXPECT_EQ(outcome.auc, 1);
  EXPECT_EQ(outcome.balanced_accuracy, 1);
  // Mean of log(1 + 9), log(1 + 10); of log(1 + 190), log(1 + 191); popular lists are not members'.
  const double members = -(std::log(10) + std::log(11)) / 2;
  const double non_members = -(std::log(191) + std::log(192)) / 2;
  EXPECT_NEAR(attacker->threshold(), (members + non_members) / 2, 1e-12);
  EXPECT_NEAR(attacker->score(people)[9], members, 1e-12);
}

// Hypothesis: no attack tells members where there is nothing to tell. n = 600 people a group; 4.5
// deviations under the hypothesis are a false alarm of 7e-6 an attack. Ties only lower the
// deviation.
TEST(AllAttacks, AreAtChanceOnLabelsByChance) {
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    const Outcome outcome =
        run(*attacker, support::random_population(600, 5), support::random_population(600, 6));
    EXPECT_NEAR(outcome.auc, 0.5, 4.5 * null_deviation(600)) << attacker->name();
  }
}

TEST(AllAttacks, ABlindOneDoesNotLookAtHistories) {
  const Population shadow = support::taste_population(100, 0.9, 0.3, 7);
  Population target = support::taste_population(100, 0.9, 0.3, 8);
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    attacker->fit(shadow, support::auxiliary_with_people(1));
    const std::vector<double> before = attacker->score(target);
    Population other = target;
    std::reverse(other.histories.items.begin(), other.histories.items.end());
    EXPECT_EQ(attacker->score(other) == before, attacker->blind()) << attacker->name();
  }
}

TEST(AllAttacks, DoNotReadTheLabelsOfTheTarget) {
  const Population shadow = support::taste_population(100, 0.9, 0.3, 7);
  Population target = support::taste_population(100, 0.9, 0.3, 8);
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    attacker->fit(shadow, support::auxiliary_with_people(1));
    const std::vector<double> with = attacker->score(target);
    Population unlabelled = target;
    unlabelled.member.clear();
    EXPECT_EQ(attacker->score(unlabelled), with) << attacker->name();
  }
}

// A person's score is theirs: it does not depend on who else is looked at.
TEST(AllAttacks, ScoreOnePersonAsAmongMany) {
  const Population people = support::random_population(50, 9);
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    attacker->fit(people, support::taste_auxiliary());
    const std::vector<double> scores = attacker->score(people);
    const std::vector<std::uint32_t> only{17};
    const Population one{people.histories.select(only), people.lists.select(only), {}};
    EXPECT_EQ(attacker->score(one), std::vector<double>{scores[17]}) << attacker->name();
  }
}

TEST(AllAttacks, StayFiniteWhereThingsAreEmptyOrUnknown) {
  attack::Auxiliary auxiliary = support::taste_auxiliary();
  std::fill_n(auxiliary.item_vectors.row(3), support::kTastes, 0.0f);
  Population odd = support::empty_population();
  for (const bool member : {true, false}) {
    support::append_person(odd, {}, {1, 2}, member);
    support::append_person(odd, {1, 2}, {}, member);
    support::append_person(odd, {}, {}, member);
    support::append_person(odd, {3}, {3}, member);
  }
  Population all_empty = support::empty_population();  // no column has any spread
  for (const bool member : {true, false}) support::append_person(all_empty, {}, {}, member);
  for (const Population &shadow : {odd, all_empty, support::taste_population(50, 0.9, 0.3, 1)}) {
    for (const auto &attacker : attack::all_membership_attacks(1)) {
      attacker->fit(shadow, auxiliary);
      EXPECT_TRUE(std::isfinite(attacker->threshold())) << attacker->name();
      const std::vector<double> scores = attacker->score(odd);
      ASSERT_EQ(scores.size(), 8u);
      for (const double score : scores) EXPECT_TRUE(std::isfinite(score)) << attacker->name();
      EXPECT_TRUE(attacker->score(support::empty_population()).empty());
    }
  }
}

TEST(AllAttacks, RefuseAShadowOfOneClassAndWhatDoesNotFit) {
  const Population people = support::taste_population(20, 0.9, 0.3, 1);
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    const attack::Auxiliary auxiliary = support::taste_auxiliary();
    for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
      Population one_class = people;
      std::fill(one_class.member.begin(), one_class.member.end(), label);
      EXPECT_THROW(attacker->fit(one_class, auxiliary), Error) << attacker->name();
    }
    EXPECT_THROW(attacker->fit(support::empty_population(), auxiliary), Error);
    Population short_labels = people;
    short_labels.member.pop_back();
    EXPECT_THROW(attacker->fit(short_labels, auxiliary), Error) << attacker->name();
    EXPECT_THROW(attacker->fit(people, attack::Auxiliary{}), Error) << attacker->name();
    attacker->fit(people, auxiliary);
    Population more_items = people;
    more_items.lists.n_items = support::kItems + 1;
    EXPECT_THROW(attacker->score(more_items), Error) << attacker->name();
  }
}

}  // namespace
}  // namespace recveil
