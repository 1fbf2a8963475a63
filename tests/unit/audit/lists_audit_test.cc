#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "attack/evidence.h"
#include "audit/attackers.h"
#include "audit/lists.h"
#include "core/error.h"
#include "numerics/stats.h"
#include "support/audit_lists.h"

namespace recveil::audit {
namespace {

using support::listed_people;

void ignore(double, const char *) {}

ListsReport run(const attack::Population &target, const std::optional<attack::Population> &shadow,
                std::uint32_t seeds, unsigned threads = 1) {
  return audit_lists({target, shadow, std::nullopt, seeds, 1}, threads, ignore);
}

const AttackerSummary &strong(const ListsReport &report) {
  for (const AttackerSummary &attacker : report.cell.attackers) {
    if (attacker.name == "strong") return attacker;
  }
  throw std::runtime_error("no attacker strong");
}

double width(const Estimate &estimate) {
  return estimate.hi - estimate.lo;
}

// The slow twin: each attacker by itself, on evidence of its own.
TEST(ListsAudit, OneSeedIsEachAttackerByItself) {
  const auto shadow = listed_people(60, 0.8, 0.3, 1), target = listed_people(55, 0.8, 0.3, 2);
  const ListsReport report = run(target, shadow, 1);
  const auto knowledge = learn_items(shadow.histories, 1);
  const auto attackers = attack::all_membership_attacks(1);
  ASSERT_EQ(report.cell.attackers.size(), attackers.size());
  for (std::size_t a = 0; a < attackers.size(); ++a) {
    attackers[a]->fit(attack::observe(knowledge, shadow));
    const auto scores = attackers[a]->score(attack::observe(knowledge, target));
    std::vector<double> members, non_members;
    for (std::size_t u = 0; u < scores.size(); ++u) {
      (target.member[u] != 0 ? members : non_members).push_back(scores[u]);
    }
    const AttackerSummary &found = report.cell.attackers[a];
    EXPECT_EQ(found.name, attackers[a]->name());
    EXPECT_EQ(found.auc.value, numerics::auc(members, non_members).value) << found.name;
    EXPECT_EQ(found.split_balanced_accuracy[0],
              numerics::balanced_accuracy(members, non_members, attackers[a]->threshold()).value)
        << found.name;
  }
}

TEST(ListsAudit, ThreadsDoNotMatter) {
  const auto shadow = listed_people(60, 0.7, 0.3, 1), target = listed_people(60, 0.7, 0.3, 2);
  for (const bool given : {true, false}) {
    const auto other = given ? std::optional(shadow) : std::nullopt;
    const ListsReport one = run(target, other, 2, 1), two = run(target, other, 2, 2);
    for (std::size_t a = 0; a < one.cell.attackers.size(); ++a) {
      EXPECT_EQ(one.cell.attackers[a].auc.value, two.cell.attackers[a].auc.value);
    }
    EXPECT_EQ(one.cell.controls.negative_auc, two.cell.controls.negative_auc);
  }
}

// Hypothesis: the AUC is the best there is, .5 + (.9 - .2) / 2 = .85. n = 200 against 200: the
// standard deviation of an AUC that is the mean of two shares is at most sqrt(.25 (.09 + .16) /
// 200) = .018; six of them and .04 for what learning costs, two-sided: p < 1e-8.
TEST(ListsAudit, FindsAPlantedDifference) {
  const auto target = listed_people(200, 0.9, 0.2, 3);
  for (const auto &shadow :
       {std::optional(listed_people(200, 0.9, 0.2, 4)), std::optional<attack::Population>()}) {
    const ListsReport report = run(target, shadow, 2);
    EXPECT_NEAR(strong(report).auc.value, 0.85, 6 * 0.018 + 0.04);
    EXPECT_EQ(report.cell.judgement.verdict, Verdict::leak);
    EXPECT_TRUE(report.cell.controls.positive_passed);
    EXPECT_TRUE(report.cell.controls.negative_passed);
  }
}

// Hypothesis: nobody is scored by who learnt on them: on labels by chance every AUC is .5 but for
// chance, while trees know the people they learnt on (AUC near 1). n = 100 against 100, standard
// deviation sqrt(201 / 120000) = .041; 5.5 of them for 14 AUCs: p < 1e-6.
TEST(ListsAudit, NobodyIsAttackedByWhoLearntOnThem) {
  const auto people = listed_people(100, 0.5, 0.5, 5);
  for (const std::uint32_t seeds : {1u, 3u}) {
    const ListsReport report = run(people, std::nullopt, seeds);
    for (const AttackerSummary &attacker : report.cell.attackers) {
      EXPECT_NEAR(attacker.auc.value, 0.5, 5.5 * 0.041) << attacker.name;
    }
    EXPECT_NE(report.cell.judgement.verdict, Verdict::leak);
  }
}

// More seeds steady the attacker but make no more people: the interval must not shrink as it would
// over independent splits (to 1 / sqrt(4) = .5 of its width).
TEST(ListsAudit, MoreSeedsMakeNoNarrowerInterval) {
  const auto shadow = listed_people(100, 0.7, 0.4, 6), target = listed_people(100, 0.7, 0.4, 7);
  for (const bool given : {true, false}) {
    const auto other = given ? std::optional(shadow) : std::nullopt;
    const double one = width(strong(run(target, other, 1)).auc);
    const double four = width(strong(run(target, other, 4)).auc);
    EXPECT_GT(four, 0.8 * one);
    EXPECT_EQ(strong(run(target, other, 2)).auc.split.size(), 1u);
  }
}

TEST(ListsAudit, CountsItems) {
  auto target = listed_people(50, 0.5, 0.5, 8);
  auto shadow = listed_people(50, 0.5, 0.5, 9);
  for (auto *people : {&target, &shadow}) {
    people->histories.n_items = people->lists.n_items =
        support::kListTastes * support::kItemsOfTaste + 10;
  }
  shadow.lists.items[5] = support::kListTastes * support::kItemsOfTaste + 3;
  target.lists.items[5] = support::kListTastes * support::kItemsOfTaste + 4;
  Interactions auxiliary;
  auxiliary.n_items = target.histories.n_items;
  auxiliary.append(std::vector<std::uint32_t>{auxiliary.n_items - 1, 0, 1});
  const ListsReport report = audit_lists({target, shadow, auxiliary, 1, 1}, 1, ignore);
  const auto [unknown, items] = support::unknown_items_slowly(
      {&target.lists, &shadow.lists}, {&target.histories, &shadow.histories, &auxiliary});
  EXPECT_EQ(unknown, 2u);
  EXPECT_EQ(report.unknown, unknown);
  EXPECT_EQ(report.items, items);
}

TEST(ListsAudit, ProgressMayStopIt) {
  const auto target = listed_people(50, 0.5, 0.5, 8);
  const auto stop = [](double, const char *) { throw Error(Status::cancelled, "stopped"); };
  EXPECT_THROW(audit_lists({target, std::nullopt, std::nullopt, 1, 1}, 1, stop), Error);
}

}  // namespace
}  // namespace recveil::audit
