#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "audit/summary.h"

namespace recveil::audit {
namespace {

constexpr double kMargin = 0.05;
constexpr Controls kBothPassed{.positive_passed = true, .negative_passed = true};

// An attacker of one split with this AUC and standard error, whose rates say nothing.
AttackerSummary attacker(double auc, double error) {
  AttackerSummary out;
  out.auc = {{auc, auc - 1.96 * error, auc + 1.96 * error}, {auc}, {error}, error};
  const double z = (std::abs(auc - 0.5) - kMargin) / error;
  out.auc.leak_p = 0.5 * std::erfc(z / std::sqrt(2.0));
  out.tpr = {{0.001, {}, 0, 1000, false}, {0.01, {}, 10, 1000, true}, {0.1, {}, 100, 1000, true}};
  return out;
}

std::string verdict(const std::vector<AttackerSummary> &attackers,
                    const Controls &controls = kBothPassed) {
  return verdict_name(judge(attackers, controls, kMargin).verdict);
}

// What the attackers show, and which controls passed.
TEST(Judge, TruthTable) {
  const std::vector<AttackerSummary> leak{attacker(0.5, 0.005), attacker(0.7, 0.005)};
  const std::vector<AttackerSummary> none{attacker(0.5, 0.005), attacker(0.51, 0.005)};
  const std::vector<AttackerSummary> wide{attacker(0.5, 0.005), attacker(0.54, 0.02)};
  const struct {
    bool positive, negative;
    const char *leak, *none, *wide;
  } table[] = {{true, true, "leak", "no_leak_found", "inconclusive"},
               {false, true, "leak", "inconclusive", "inconclusive"},
               {true, false, "inconclusive", "inconclusive", "inconclusive"},
               {false, false, "inconclusive", "inconclusive", "inconclusive"}};
  for (const auto &row : table) {
    const Controls controls{.positive_passed = row.positive, .negative_passed = row.negative};
    EXPECT_EQ(verdict(leak, controls), row.leak);
    EXPECT_EQ(verdict(none, controls), row.none);
    EXPECT_EQ(verdict(wide, controls), row.wide);
  }
}

TEST(Judge, AnAttackerThatIsWrongTellsAsMuch) {
  EXPECT_EQ(verdict({attacker(0.3, 0.005)}), "leak");
  EXPECT_EQ(verdict({attacker(0.46, 0.02)}), "inconclusive");
  EXPECT_EQ(verdict({attacker(0.49, 0.005)}), "no_leak_found");
}

// One-sided at 2.5 %, and by Holm the smallest of m p-values is multiplied by m: the distance in
// standard errors where the verdict turns is the normal quantile at 1 - .025 / m
// (scipy.stats.norm.isf(.025 / m): 1.9600, 2.2414, 2.8070).
TEST(Judge, CorrectsForTheNumberOfAttackers) {
  const double error = 0.004;
  for (const auto &[m, quantile] : {std::pair{1u, 1.9600}, {2u, 2.2414}, {10u, 2.8070}}) {
    for (const double side : {-0.01, 0.01}) {
      std::vector<AttackerSummary> attackers(m, attacker(0.5, error));
      attackers.back() = attacker(0.5 + kMargin + (quantile + side) * error, error);
      EXPECT_EQ(verdict(attackers), side > 0 ? "leak" : "inconclusive") << m;
    }
  }
}

// No leak is found where the Bonferroni interval ends below the margin: (.05 - |AUC - .5|) / error
// above scipy.stats.norm.isf(.025 / m).
TEST(Judge, FindsNoLeakOnlyWithNarrowIntervals) {
  for (const auto &[m, quantile] : {std::pair{1u, 1.9600}, {2u, 2.2414}, {10u, 2.8070}}) {
    for (const double side : {-0.01, 0.01}) {
      std::vector<AttackerSummary> attackers(m, attacker(0.5, 0.001));
      attackers.front() = attacker(0.51, 0.04 / (quantile + side));
      EXPECT_EQ(verdict(attackers), side > 0 ? "no_leak_found" : "inconclusive") << m;
    }
  }
}

// Clopper-Pearson's lower bound must be above twice the rate: of 1000 members at FPR .1, with alpha
// .05 / 3 for one attacker's three rates, 231 hits are not enough and 232 are
// (scipy.stats.beta.ppf(.05 / 6, k, 1001 - k): .19978 and .20072).
TEST(Judge, ARateAloneIsALeak) {
  AttackerSummary one = attacker(0.5, 0.005);
  one.tpr[2].hits = 231;
  EXPECT_EQ(verdict({one}), "no_leak_found");
  one.tpr[2].hits = 232;
  EXPECT_EQ(verdict({one}), "leak");
  // Two attackers: alpha is halved.
  EXPECT_EQ(verdict({one, attacker(0.5, 0.005)}), "no_leak_found");
  // A rate that too few non-members resolve says nothing.
  one.tpr[2].hits = 900;
  EXPECT_EQ(verdict({one}), "leak");
  one.tpr[2].enough = false;
  EXPECT_EQ(verdict({one}), "no_leak_found");
}

TEST(Judge, NamesTheWorstAttackerWithACorrectedInterval) {
  const std::vector<AttackerSummary> attackers{attacker(0.55, 0.01), attacker(0.42, 0.01),
                                               attacker(0.57, 0.01)};
  const Judgement got = judge(attackers, kBothPassed, kMargin);
  EXPECT_EQ(got.worst, 1u);
  EXPECT_DOUBLE_EQ(got.auc.value, 0.42);
  // scipy.stats.norm.isf(.025 / 3) = 2.3939797998184785
  EXPECT_NEAR(got.auc.lo, 0.42 - 0.023939797998, 1e-9);
  EXPECT_NEAR(got.auc.hi, 0.42 + 0.023939797998, 1e-9);
}

// An attacker's own interval never says more than the verdict that is corrected for their number.
TEST(Judge, AFindingFollowsTheVerdict) {
  const Estimate beyond{0.7, 0.65, 0.75}, below{0.3, 0.25, 0.35}, within{0.5, 0.48, 0.52},
      wide{0.54, 0.5, 0.58};
  const auto name = [](Verdict verdict, const Estimate &auc, bool stands_out = false) {
    return std::string(verdict_name(finding(verdict, auc, kMargin, stands_out)));
  };
  for (const Estimate &auc : {beyond, below}) {
    EXPECT_EQ(name(Verdict::leak, auc), "leak");
    EXPECT_EQ(name(Verdict::inconclusive, auc), "inconclusive");
    EXPECT_EQ(name(Verdict::no_leak_found, auc), "no_leak_found");
  }
  EXPECT_EQ(name(Verdict::leak, within), "no_leak_found");
  EXPECT_EQ(name(Verdict::leak, within, true), "leak");
  EXPECT_EQ(name(Verdict::inconclusive, within, true), "inconclusive");
  EXPECT_EQ(name(Verdict::leak, wide), "inconclusive");
}

TEST(Judge, TheMarginIsTheRequests) {
  const std::vector<AttackerSummary> attackers{attacker(0.53, 0.001)};
  EXPECT_EQ(judge(attackers, kBothPassed, 0.05).verdict, Verdict::no_leak_found);
  EXPECT_EQ(judge(attackers, kBothPassed, 0.031).verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace recveil::audit
