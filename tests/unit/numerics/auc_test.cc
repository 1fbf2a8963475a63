#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "numerics/stats.h"
#include "support/numerics_auc.h"

namespace recveil {
namespace {

using Scores = std::vector<double>;

// Normal scores of variance 1, rounded down to multiples of `step` (0: not rounded).
Scores normal_scores(Rng &rng, std::size_t n, double mean, double step) {
  Scores scores(n);
  for (double &score : scores) {
    score = mean + rng.normal();
    if (step > 0) score = step * std::floor(score / step);
  }
  return scores;
}

TEST(Auc, AgreesWithTheDefinition) {
  Rng rng(1);
  for (const double step : {0.0, 0.5, 2.0}) {  // no ties, some, mostly ties
    for (const std::size_t n1 : {2u, 7u, 60u}) {
      const Scores members = normal_scores(rng, n1, 0.7, step);
      const Scores non_members = normal_scores(rng, 41, 0, step);
      const support::SlowAuc slow = support::slow_auc(members, non_members);
      EXPECT_NEAR(numerics::auc(members, non_members).value, slow.auc, 1e-12);
      EXPECT_NEAR(numerics::auc_standard_error(members, non_members), slow.standard_error, 1e-12);
    }
  }
}

// scipy.stats.mannwhitneyu(m, n).statistic / (len(m) * len(n)), SciPy 1.10.1.
TEST(Auc, AgreesWithScipy) {
  const Scores members{.1, .4, .35, .8, .7, .35}, non_members{.3, .35, .2, .4, .05, .8, .1};
  EXPECT_NEAR(numerics::auc(members, non_members).value, 0.6785714285714286, 1e-15);
}

TEST(Auc, IntervalIsNormalOnTheLogitScale) {
  Rng rng(2);
  const Scores members = normal_scores(rng, 50, 1, 0), non_members = normal_scores(rng, 30, 0, 0);
  const double se = numerics::auc_standard_error(members, non_members);
  for (const auto &[alpha, z] : {std::pair{0.05, 1.959963984540054}, {0.01, 2.5758293035489004}}) {
    const Estimate auc = numerics::auc(members, non_members, alpha);
    const double logit = std::log(auc.value / (1 - auc.value));
    const double half = z * se / (auc.value * (1 - auc.value));
    EXPECT_NEAR(std::log(auc.lo / (1 - auc.lo)), logit - half, 1e-9);
    EXPECT_NEAR(std::log(auc.hi / (1 - auc.hi)), logit + half, 1e-9);
  }
}

// Hypothesis: the 95 % interval covers the true AUC, Phi(1 / sqrt 2), in 93.5 % to 96.5 % of draws
// of 60 members and 80 non-members (the normal approximation is not exact; the 1.5 points are what
// we allow it). n = 4,000 draws; at the edges of the hypothesis the share's standard deviation is
// at most sqrt(.065 .935 / 4000) = .0039, so that 4 of them make a false alarm of 6e-5.
TEST(Auc, IntervalCovers) {
  Rng rng(3);
  const double truth = 0.5 * std::erfc(-0.5);
  const int draws = 4000;
  int covered = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const Scores members = normal_scores(rng, 60, 1, 0);
    const Scores non_members = normal_scores(rng, 80, 0, 0);
    const Estimate auc = numerics::auc(members, non_members);
    covered += auc.lo <= truth && truth <= auc.hi ? 1 : 0;
  }
  const double share = covered / static_cast<double>(draws);
  EXPECT_GT(share, 0.935 - 4 * 0.0039);
  EXPECT_LT(share, 0.965 + 4 * 0.0039);
}

TEST(Auc, HasAWidthWhereDeLongSeesNone) {
  const Scores low{1, 2, 3}, high{4, 5, 6, 7};
  const Estimate one = numerics::auc(high, low), zero = numerics::auc(low, high);
  EXPECT_EQ(one.value, 1);
  EXPECT_EQ(one.hi, 1);
  EXPECT_NEAR(one.lo, std::cbrt(0.025), 1e-12);  // .025 = lo^3: three disjoint pairs in order
  EXPECT_EQ(zero.value, 0);
  EXPECT_EQ(zero.lo, 0);
  EXPECT_NEAR(zero.hi, 1 - std::cbrt(0.025), 1e-12);
  EXPECT_EQ(numerics::auc_standard_error(high, low), 0);

  const Estimate tied = numerics::auc(Scores(9, 2.0), Scores(4, 2.0));
  EXPECT_EQ(tied.value, 0.5);
  // Half a width of 1.96 * sqrt(.25 / 4) / .25 on the logit scale.
  EXPECT_NEAR(tied.hi, 1 / (1 + std::exp(-1.959963984540054)), 1e-12);
  EXPECT_NEAR(tied.lo, 1 - tied.hi, 1e-12);

  const Estimate single = numerics::auc(Scores{2.5}, low);
  EXPECT_NEAR(single.value, 2.0 / 3, 1e-12);
  // One member: the variance is 2/3 * 1/3, and so half a width 1.96 / sqrt(2/9).
  EXPECT_NEAR(std::log(single.hi / (1 - single.hi)),
              std::log(2.0) + 1.959963984540054 * std::sqrt(4.5), 1e-9);
  EXPECT_NEAR(std::log(single.lo / (1 - single.lo)),
              std::log(2.0) - 1.959963984540054 * std::sqrt(4.5), 1e-9);
}

TEST(Auc, RefusesEmptyGroupsAndScoresThatAreNotFinite) {
  const Scores some{1, 2};
  EXPECT_THROW(numerics::auc({}, some), Error);
  EXPECT_THROW(numerics::auc(some, {}), Error);
  EXPECT_THROW(numerics::auc(some, Scores{std::nan("")}), Error);
  EXPECT_THROW(numerics::auc(Scores{std::numeric_limits<double>::infinity()}, some), Error);
}

// 2 * scipy.stats.norm.sf(abs(auc - .5) / se), SciPy 1.10.1.
TEST(AucPValue, AgreesWithScipy) {
  EXPECT_NEAR(numerics::auc_p_value(0.56, 0.02), 0.0026997960632601866, 1e-14);
  EXPECT_NEAR(numerics::auc_p_value(0.47, 0.0118), 0.011010264298486746, 1e-14);
  EXPECT_EQ(numerics::auc_p_value(0.5, 0), 1);
  EXPECT_EQ(numerics::auc_p_value(1, 0), 0);
}

}  // namespace
}  // namespace recveil
