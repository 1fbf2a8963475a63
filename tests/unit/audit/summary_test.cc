#include "audit/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace recveil::audit {
namespace {

// The scores of tests/support/audit_summary.py, which computed the numbers below with NumPy and
// SciPy.
SplitScores scores(std::size_t split) {
  SplitScores out;
  out.threshold = 12;
  for (std::size_t i = 0; i < 40; ++i) {
    out.members.push_back(static_cast<double>((i * i * 7 + split * 13) % 23 + 3 + 3 * split));
    out.non_members.push_back(static_cast<double>((i * i * 5 + split * 11) % 23));
  }
  return out;
}

AttackerSummary summary(const std::vector<std::size_t> &splits) {
  std::vector<SplitScores> all;
  for (const std::size_t split : splits) all.push_back(scores(split));
  return summarize_attacker("an attacker", true, all, 0.05);
}

void expect_estimate(const Estimate &got, double value, double lo, double hi) {
  // 1.959964 stands for the quantile: seven digits.
  EXPECT_NEAR(got.value, value, 1e-12);
  EXPECT_NEAR(got.lo, lo, 1e-6);
  EXPECT_NEAR(got.hi, hi, 1e-6);
}

TEST(Summary, OfOneSplitIsNormal) {
  const AttackerSummary got = summary({1});
  expect_estimate(got.auc, 0.671875, 0.5420458594045228, 0.8017041405954772);
  expect_estimate(got.balanced_accuracy, 0.65, 0.5498440219140059, 0.7501559780859941);
  EXPECT_NEAR(got.auc.leak_p, 0.032892605293769986, 1e-6);
  EXPECT_EQ(got.name, "an attacker");
  EXPECT_TRUE(got.blind);
  EXPECT_EQ(got.auc.split.size(), 1u);
}

// Three times the same split: no spread between them, so the error within counts.
TEST(Summary, OfSplitsThatAgreeHasTheErrorWithin) {
  const AttackerSummary got = summary({1, 1, 1});
  expect_estimate(got.auc, 0.671875, 0.5969181107285435, 0.7468318892714565);
  expect_estimate(got.balanced_accuracy, 0.65, 0.5921749190911011, 0.707825080908899);
  EXPECT_NEAR(got.auc.leak_p, 0.0007193475527239939, 1e-8);
}

TEST(Summary, OfSplitsThatDifferIsStudents) {
  const AttackerSummary got = summary({0, 1, 2, 3});
  expect_estimate(got.auc, 0.73625, 0.5519112588995413, 0.9205887411004586);
  expect_estimate(got.balanced_accuracy, 0.6375, 0.44329362073451656, 0.8317063792654833);
  EXPECT_NEAR(got.auc.leak_p, 0.024376674431850133, 1e-8);
}

TEST(Summary, RatesArePooled) {
  const AttackerSummary got = summary({0, 1, 2, 3});
  ASSERT_EQ(got.tpr.size(), 3u);
  const double fprs[] = {0.001, 0.01, 0.1};
  const std::size_t hits[] = {56, 56, 64};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(got.tpr[i].fpr, fprs[i]);
    EXPECT_EQ(got.tpr[i].hits, hits[i]);
    EXPECT_EQ(got.tpr[i].members, 160u);
    EXPECT_FALSE(got.tpr[i].enough) << "160 non-members";
  }
  expect_estimate(got.tpr[0].tpr, 0.35, 0.27638799605889836, 0.429283434088009);
  expect_estimate(got.tpr[2].tpr, 0.4, 0.3234686777118035, 0.4803072896436712);
}

// 20 pooled non-members above the threshold resolve a rate.
TEST(Summary, ARateIsResolvedByEnoughNonMembers) {
  for (const auto &[per_split, resolved] :
       {std::pair<std::size_t, std::size_t>{99, 0}, {100, 1}, {999, 1}, {1000, 2}, {10000, 3}}) {
    SplitScores split;
    split.members = {1, 2, 3};
    for (std::size_t i = 0; i < per_split; ++i) {
      split.non_members.push_back(static_cast<double>(i % 7));
    }
    const AttackerSummary got = summarize_attacker("a", false, {split, split}, 0.05);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(got.tpr[i].enough, i + resolved >= 3) << per_split << " " << got.tpr[i].fpr;
    }
  }
}

// Everybody in order is a leak although no split shows any spread.
TEST(Summary, PerfectScoresHaveAnInterval) {
  SplitScores split;
  for (int i = 0; i < 50; ++i) {
    split.members.push_back(2);
    split.non_members.push_back(1);
  }
  split.threshold = 1.5;
  const AttackerSummary up = summarize_attacker("a", false, {split, split}, 0.05);
  EXPECT_EQ(up.auc.value, 1);
  EXPECT_LT(up.auc.lo, 1);
  EXPECT_GT(up.auc.lo, 0.9);
  EXPECT_EQ(up.auc.hi, 1);
  EXPECT_LT(up.auc.leak_p, 1e-6);
  // The other way round is as telling.
  std::swap(split.members, split.non_members);
  const AttackerSummary down = summarize_attacker("a", false, {split, split}, 0.05);
  EXPECT_EQ(down.auc.value, 0);
  EXPECT_NEAR(down.auc.leak_p, up.auc.leak_p, 1e-12);
}

TEST(Summary, ScoresThatAreAllTheSameTellNothing) {
  SplitScores split;
  split.members.assign(500, 1);
  split.non_members.assign(500, 1);
  const AttackerSummary got = summarize_attacker("a", false, {split, split, split}, 0.05);
  EXPECT_EQ(got.auc.value, 0.5);
  EXPECT_GT(got.auc.leak_p, 0.5);
  for (const TprEstimate &at : got.tpr) EXPECT_EQ(at.hits, 0u);
}

// An attacker with these AUCs in its splits, each with this standard error.
AttackerSummary open_attacker(std::vector<double> aucs, double error) {
  AttackerSummary out;
  out.auc.split = std::move(aucs);
  out.auc.split_error.assign(out.auc.split.size(), error);
  for (const double auc : out.auc.split) {
    out.auc.value += auc / static_cast<double>(out.auc.split.size());
  }
  return out;
}

// By hand: 1.96 se / sqrt(x) < .05 - .02 for x times as many people, .025 se of one split of 500.
TEST(MoreNeeded, PeopleOrSplitsWhereOnlyChanceIsWide) {
  const More one = more_needed({open_attacker({0.52}, 0.025)}, 500, 0.05);
  const double times = std::pow(1.959964 * 0.025 / 0.03, 2);
  ASSERT_TRUE(one.users && one.seeds);
  EXPECT_EQ(*one.users, static_cast<std::size_t>(std::floor((times - 1) * 500)) + 1);
  EXPECT_GE(*one.seeds, 2u);  // two splits and more: Student's t may be the wider one
  EXPECT_LE(*one.seeds, 8u);
}

// The splits differ by far more than chance among their people: more people do not help.
TEST(MoreNeeded, SplitsWhereTheyDiffer) {
  const More more = more_needed({open_attacker({0.44, 0.56, 0.50}, 0.001)}, 500, 0.05);
  EXPECT_FALSE(more.users);
  ASSERT_TRUE(more.seeds);
  EXPECT_GE(*more.seeds, 3u);
  EXPECT_LE(*more.seeds, 30u);
}

TEST(MoreNeeded, NothingWhereTheAucIsOnTheMargin) {
  const More more = more_needed({open_attacker({0.55}, 0.02)}, 500, 0.05);
  EXPECT_FALSE(more.users);
  EXPECT_FALSE(more.seeds);
}

}  // namespace
}  // namespace recveil::audit
