// The attackers that are a rule rather than a learner: popular_overlap, shadow_free, list_counter
// and reference_metric. (list_popularity is in membership_test.cc.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"
#include "numerics/stats.h"
#include "support/attack_population.h"

namespace recveil {
namespace {

using attack::Population;

// Item 0 is the most popular of 200, 1 the next, and so on.
attack::Auxiliary falling_auxiliary() {
  attack::Auxiliary auxiliary = support::taste_auxiliary();
  std::reverse(auxiliary.popularity.begin(), auxiliary.popularity.end());
  return auxiliary;
}

// Share of the list among the first `depth` items by popularity that are not in the history, by
// walking down the items.
double overlap(std::span<const std::uint32_t> history, std::span<const std::uint32_t> list,
               std::size_t depth) {
  double hits = 0;
  std::size_t taken = 0;
  for (std::uint32_t item = 0; item < support::kItems && taken < depth; ++item) {
    if (std::find(history.begin(), history.end(), item) != history.end()) continue;
    ++taken;
    hits += std::find(list.begin(), list.end(), item) != list.end() ? 1 : 0;
  }
  return list.empty() ? 0 : hits / static_cast<double>(list.size());
}

// Members' lists come from the 60 most popular unseen items, others' from the 60 after them: 50 is
// the depth that separates best, but for the members that have none of theirs within it.
TEST(PopularOverlap, LearnsTheDepthAndCountsUnseenItemsAlone) {
  Rng rng(1);
  Population people = support::empty_population();
  for (int u = 0; u < 60; ++u) {
    std::vector<std::uint32_t> history, unseen, list;
    for (std::uint32_t item = 0; item < support::kItems; ++item) {
      (rng.uniform() < 0.3 ? history : unseen).push_back(item);
    }
    const std::uint64_t from = u % 2 == 0 ? 0 : 60;
    for (std::uint64_t j = 0; j < 20; ++j) list.push_back(unseen[from + 3 * j]);
    list.push_back(history[0]);  // a seen item is not counted, however popular
    support::append_person(people, history, list, u % 2 == 0);
  }
  const auto attacker = attack::make_popular_overlap();
  attacker->fit(people, falling_auxiliary());
  const std::vector<double> scores = attacker->score(people);
  for (std::size_t u = 0; u < scores.size(); ++u) {
    EXPECT_NEAR(scores[u], overlap(people.histories.row(u), people.lists.row(u), 50), 1e-12);
    EXPECT_EQ(scores[u] > attacker->threshold(), u % 2 == 0);
  }
}

// Members are served from below the first 50 and others from all over: depth 50 says nothing of the
// first 50 alone, so a deeper one is learnt.
TEST(PopularOverlap, LooksDeeperWhereThatSeparates) {
  Rng rng(2);
  Population people = support::empty_population();
  for (int u = 0; u < 200; ++u) {
    const bool member = u % 2 == 0;
    const std::uint64_t from = member ? 50 : 100;
    std::vector<std::uint32_t> list;
    for (int j = 0; j < 5; ++j) {
      const auto item = static_cast<std::uint32_t>(from + rng.below(50));
      if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
    }
    support::append_person(people, {}, list, member);
  }
  const auto attacker = attack::make_popular_overlap();
  attacker->fit(people, falling_auxiliary());
  const std::vector<double> scores = attacker->score(people);
  for (std::size_t u = 0; u < scores.size(); ++u) EXPECT_EQ(scores[u], u % 2 == 0 ? 1 : 0);
}

// Where members avoid what is popular the sign turns.
TEST(PopularOverlap, HasADirection) {
  Population people = support::empty_population();
  for (std::uint32_t i = 0; i < 10; ++i) {
    support::append_person(people, {}, {i}, false);
    support::append_person(people, {}, {190 + i}, true);
  }
  const auto attacker = attack::make_popular_overlap();
  attacker->fit(people, falling_auxiliary());
  EXPECT_EQ(attacker->score(people)[0], -1);
  EXPECT_EQ(attacker->score(people)[1], 0);
  EXPECT_EQ(attacker->threshold(), -0.5);
}

// Items 0 to 99 are the 100 most popular, ten of each taste: their mean vector is .1 everywhere.
TEST(ShadowFree, ByHand) {
  Population people = support::empty_population();
  support::append_person(people, {0}, {1}, true);        // |h - r| = sqrt 2
  support::append_person(people, {0}, {10}, true);       // the same taste: closer than 1e-4
  support::append_person(people, {0, 1}, {0, 2}, true);  // halves of tastes: |h - r| = sqrt .5
  support::append_person(people, {}, {3}, true);         // h = 0: |h - r| = 1
  support::append_person(people, {3}, {}, false);        // r = 0: |r - p| = sqrt .1
  support::append_person(people, {3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, false);  // r = p
  const auto attacker = attack::make_shadow_free();
  attacker->fit(people, falling_auxiliary());
  const std::vector<double> scores = attacker->score(people);
  const double one_taste = 1 / std::sqrt(0.81 + 9 * 0.01);  // 1 / |r - p|
  EXPECT_NEAR(scores[0], 1 / std::sqrt(2) - one_taste, 1e-6);
  EXPECT_NEAR(scores[1], 1e4 - one_taste, 1e-2);
  EXPECT_NEAR(scores[2], 1 / std::sqrt(0.5) - 1 / std::sqrt(2 * 0.16 + 8 * 0.01), 1e-6);
  EXPECT_NEAR(scores[3], 1 - one_taste, 1e-6);
  EXPECT_NEAR(scores[4], 1 - 1 / std::sqrt(0.1), 1e-6);
  EXPECT_NEAR(scores[5], one_taste - 1e4, 1e-2);
}

// An item without a vector is as if it were not there.
TEST(ShadowFree, LeavesOutUnknownItems) {
  attack::Auxiliary auxiliary = falling_auxiliary();
  std::fill_n(auxiliary.item_vectors.row(150), support::kTastes, 0.0f);
  Population people = support::empty_population();
  support::append_person(people, {0, 150}, {150, 1}, true);
  support::append_person(people, {0}, {1}, false);
  const auto attacker = attack::make_shadow_free();
  attacker->fit(people, auxiliary);
  EXPECT_EQ(attacker->score(people)[0], attacker->score(people)[1]);
}

// A list of one item is a member's or not by the item alone: of 200 items the even ones are shown
// to members with probability .7. The best AUC is .7: ratios of .7 / .3 and .3 / .7, ties half. The
// counts come from 4,000 lists, 20 an item, so that hardly an item is taken for its contrary.
TEST(ListCounter, ReadsWhichItemsAreShown) {
  const auto shown = [](std::uint64_t seed) {
    Rng rng(seed);
    Population people = support::empty_population();
    for (int u = 0; u < 4000; ++u) {
      const bool member = u % 2 == 0, even = rng.uniform() < (member ? 0.7 : 0.3);
      const auto item = static_cast<std::uint32_t>(2 * rng.below(100) + (even ? 0 : 1));
      support::append_person(people, {}, {item}, member);
    }
    return people;
  };
  const auto attacker = attack::make_list_counter(1);
  attacker->fit(shown(1), falling_auxiliary());
  EXPECT_TRUE(attacker->blind());
  const Population target = shown(2);
  const std::vector<double> scores = attacker->score(target);
  std::vector<double> in, out;
  double right = 0;
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (target.member[u] != 0 ? in : out).push_back(scores[u]);
    right += (scores[u] > attacker->threshold()) == (target.member[u] != 0) ? 1 : 0;
  }
  // Standard error .008; what the counts lose is below .02.
  EXPECT_NEAR(numerics::auc(in, out).value, 0.7, 0.05);
  EXPECT_NEAR(right / 4000, 0.7, 0.06);
  // By hand: one of the items.
  double member_lists = 1, other_lists = 1;
  const Population learnt = shown(1);
  for (std::size_t u = 0; u < 4000; ++u) {
    if (learnt.lists.row(u)[0] != 4) continue;
    (learnt.member[u] != 0 ? member_lists : other_lists) += 1;
  }
  Population one = support::empty_population();
  support::append_person(one, {}, {4}, true);
  support::append_person(one, {}, {}, true);
  const std::vector<double> of_one = attacker->score(one);
  EXPECT_NEAR(of_one[0], std::log(member_lists / other_lists), 1e-12);
  EXPECT_EQ(of_one[1], 0);
}

// Members are shown items of the taste of their history, others what the attacker's model would
// show, which knows nothing of tastes.
TEST(ReferenceMetric, ReadsListsNearerToTheHistoryThanToTheReference) {
  const auto attacker = attack::make_reference_metric();
  attacker->fit(support::taste_population(600, 0.9, 0.3, 1), support::auxiliary_with_people(2));
  const Population target = support::taste_population(600, 0.9, 0.3, 3);
  const std::vector<double> scores = attacker->score(target);
  std::vector<double> in, out;
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (target.member[u] != 0 ? in : out).push_back(scores[u]);
  }
  // At best .8; that the slate has a list's taste by chance costs a little.
  EXPECT_GT(numerics::auc(in, out).value, 0.7);
}

}  // namespace
}  // namespace recveil
