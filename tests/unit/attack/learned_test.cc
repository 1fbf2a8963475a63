#include "attack/learned.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "numerics/stats.h"
#include "support/attack_broken.h"
#include "support/attack_population.h"

namespace recveil {
namespace {

using attack::Evidence;
using attack::Knowledge;
using attack::Learner;
using attack::MembershipAttack;
using attack::Population;

std::shared_ptr<const Knowledge> knowledge() {
  return std::make_shared<const Knowledge>(support::auxiliary_with_people(1));
}

Estimate auc_of(const std::vector<double> &scores, const Population &people) {
  std::vector<double> members, non_members;
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (people.member[u] != 0 ? members : non_members).push_back(scores[u]);
  }
  return numerics::auc(members, non_members);
}

// Hypothesis: as in membership_test.cc the best AUC and balanced accuracy are .8; learning among
// 102 features from 1,000 people a group may lose .03. n = 2,000 a group, deviation .0061, 4.5 of
// them: false alarm 7e-6.
TEST(LearnedAttacks, FindAPlantedDifference) {
  const auto known = knowledge();
  const Evidence shadow = attack::observe(known, support::taste_population(1000, 0.9, 0.3, 1));
  const Population people = support::taste_population(2000, 0.9, 0.3, 2);
  const Evidence target = attack::observe(known, people);
  std::vector<std::unique_ptr<MembershipAttack>> attackers;
  attackers.push_back(attack::make_boosted_trees(1));
  attackers.push_back(attack::make_logistic());
  attackers.push_back(attack::make_strong(1));
  for (const auto &attacker : attackers) {
    attacker->fit(shadow);
    const std::vector<double> scores = attacker->score(target);
    EXPECT_GT(auc_of(scores, people).value, 0.8 - 0.03 - 4.5 * 0.0061) << attacker->name();
    EXPECT_LT(auc_of(scores, people).value, 0.8 + 4.5 * 0.0061) << attacker->name();
    double right = 0;
    for (std::size_t u = 0; u < scores.size(); ++u) {
      right += (scores[u] > attacker->threshold()) == (people.member[u] != 0) ? 1 : 0;
    }
    EXPECT_GT(right / 4000, 0.8 - 0.03 - 4.5 * 0.0061) << attacker->name();
  }
}

TEST(LearnedAttacks, TheEnsembleIsTheMeanOfScaledLogOdds) {
  const auto log_odds = [](std::vector<double> of_person) {
    return std::make_shared<Learner>([of_person](const attack::Observation &) -> attack::LogOdds {
      return [of_person](const attack::Observation &people) {
        return std::vector<double>(
            of_person.begin(),
            of_person.begin() + static_cast<std::ptrdiff_t>(people.people.lists.n_users()));
      };
    });
  };
  // Standard deviations 2, 3 and none.
  const auto attacker = attack::attack_by_all(
      "mean", {log_odds({1, 5, 1, 5}), log_odds({-3, -3, 3, 3}), log_odds({7, 7, 7, 7})});
  const auto known = knowledge();
  const Evidence shadow = attack::observe(known, support::random_population(2, 1));
  attacker->fit(shadow);
  const std::vector<double> scores = attacker->score(shadow);
  const std::vector<double> expected{(0.5 - 1) / 3, (2.5 - 1) / 3, (0.5 + 1) / 3, (2.5 + 1) / 3};
  for (std::size_t u = 0; u < 4; ++u) EXPECT_NEAR(scores[u], expected[u], 1e-12);
  // Of fewer people too: the scale is the shadow's.
  const auto two = attacker->score(attack::observe(known, support::random_population(1, 1)));
  EXPECT_EQ(two, (std::vector<double>{scores[0], scores[1]}));
}

TEST(LearnedAttacks, TrainOnceOnOneEvidence) {
  int trained = 0;
  const auto learner = std::make_shared<Learner>([&](const attack::Observation &) {
    ++trained;
    return [](const attack::Observation &people) {
      return std::vector<double>(people.people.lists.n_users(), 1);
    };
  });
  const auto alone = attack::attack_by("alone", learner);
  const auto all = attack::attack_by_all("all", {learner});
  const auto known = knowledge();
  const Evidence first = attack::observe(known, support::random_population(3, 1));
  alone->fit(first);
  all->fit(first);
  EXPECT_EQ(trained, 1);
  const Evidence second = attack::observe(known, support::random_population(3, 1));
  all->fit(second);
  EXPECT_EQ(trained, 2);
}

TEST(LearnedAttacks, AreTheSameTogetherAndAlone) {
  const auto known = knowledge();
  const Evidence shadow = attack::observe(known, support::taste_population(100, 0.9, 0.3, 3));
  const Evidence target = attack::observe(known, support::taste_population(100, 0.9, 0.3, 4));
  const auto together = attack::all_membership_attacks(7);
  // In another order, on evidence that changes between them: nobody's model is changed by others.
  const Evidence other = attack::observe(known, support::random_population(50, 5));
  for (const auto &attacker : together) attacker->fit(shadow);
  together[0]->fit(other);
  for (const auto &attacker : together) {
    std::unique_ptr<MembershipAttack> alone;
    if (attacker->name() == "boosted_trees") alone = attack::make_boosted_trees(7);
    if (attacker->name() == "logistic") alone = attack::make_logistic();
    if (attacker->name() == "strong") alone = attack::make_strong(7);
    if (alone == nullptr) continue;
    alone->fit(shadow);
    EXPECT_EQ(attacker->score(target), alone->score(target)) << attacker->name();
  }
}

// The evidence and the shortcut that makes it are one.
TEST(LearnedAttacks, ScoreAPopulationAsItsEvidence) {
  const Population shadow = support::taste_population(60, 0.9, 0.3, 3);
  const Population target = support::taste_population(60, 0.9, 0.3, 4);
  const auto known = knowledge();
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    attacker->fit(attack::observe(known, shadow));
    const auto by_evidence = attacker->score(attack::observe(known, target));
    EXPECT_EQ(attacker->score(target), by_evidence);
    attacker->fit(shadow, support::auxiliary_with_people(1));
    EXPECT_EQ(attacker->score(target), by_evidence);
  }
}

TEST(LearnedAttacks, RefuseWhatWasNotFittedOrIsOfAnotherKnowledge) {
  const Population people = support::taste_population(20, 0.9, 0.3, 3);
  const auto known = knowledge();
  for (const auto &attacker : attack::all_membership_attacks(1)) {
    EXPECT_THROW(attacker->score(people), Error) << attacker->name();
    EXPECT_THROW(attacker->score(attack::observe(known, people)), Error) << attacker->name();
    attacker->fit(attack::observe(known, people));
    EXPECT_THROW(attacker->score(attack::observe(knowledge(), people)), Error);
  }
}

// What measures attackers tells a broken one from a working one (AUC .8, as above). Labels by
// chance teach nothing: n = 600 a group, 4.5 deviations of sqrt(1201 / (12 * 600^2)) = .0167 around
// .5, false alarm 7e-6; but the direction an attacker takes by chance may be the right one or the
// wrong one, and then it finds the difference: only the mean over 40 shuffles is at .5, with the
// deviation of one of at most .3, the distance of .8 from .5: 4.5 * .3 / sqrt(40).
TEST(BrokenAttacks, AreNoticed) {
  const auto known = knowledge();
  const Evidence shadow = attack::observe(known, support::taste_population(200, 0.9, 0.3, 5));
  const Population people = support::taste_population(600, 0.9, 0.3, 6);
  const Evidence target = attack::observe(known, people);
  const auto measured = [&](MembershipAttack &attacker) {
    attacker.fit(shadow);
    return auc_of(attacker.score(target), people).value;
  };
  const double working = measured(*attack::make_logistic());
  EXPECT_GT(working, 0.7);

  support::ConstantAttack constant;
  EXPECT_EQ(measured(constant), 0.5);
  support::InvertedAttack inverted(attack::make_logistic());
  EXPECT_NEAR(measured(inverted), 1 - working, 1e-12);
  double shuffled = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    support::ShuffledAttack attacker(attack::make_logistic(), seed);
    shuffled += measured(attacker) / 40;
  }
  EXPECT_NEAR(shuffled, 0.5, 4.5 * 0.3 / std::sqrt(40.0));
}

}  // namespace
}  // namespace recveil
