#include "numerics/stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"

namespace recveil {
namespace {

using Scores = std::vector<double>;

// `above` scores of 1 and the rest of n scores of 0.
Scores zeros_and_ones(std::size_t above, std::size_t n) {
  Scores scores(n, 0.0);
  for (std::size_t i = 0; i < above; ++i) scores[i] = 1;
  return scores;
}

void expect_near(const Estimate &estimate, double value, double lo, double hi, double tolerance) {
  EXPECT_NEAR(estimate.value, value, tolerance);
  EXPECT_NEAR(estimate.lo, lo, tolerance);
  EXPECT_NEAR(estimate.hi, hi, tolerance);
}

// scipy.stats.binomtest(k, n).proportion_ci(1 - alpha, 'exact'), SciPy 1.10.1.
TEST(ClopperPearson, AgreesWithScipy) {
  expect_near(numerics::clopper_pearson(0, 20), 0, 0, 0.16843347098308548, 1e-12);
  expect_near(numerics::clopper_pearson(7, 20), 0.35, 0.1539092047845412, 0.5921885345328283,
              1e-12);
  expect_near(numerics::clopper_pearson(20, 20), 1, 0.8315665290169145, 1, 1e-12);
  expect_near(numerics::clopper_pearson(3, 1200), 0.0025, 0.0005158571322382342,
              0.007288522609406443, 1e-12);
  expect_near(numerics::clopper_pearson(50, 80, 0.01), 0.625, 0.4751983297680138,
              0.7595095051293562, 1e-12);
  EXPECT_THROW(numerics::clopper_pearson(0, 0), Error);
  EXPECT_THROW(numerics::clopper_pearson(3, 2), Error);
}

// Newcombe, Statistics in Medicine 17, 1998, table II, method 10, gives the interval of the
// difference d to four digits: (.0524, .3339) for 56/70 - 48/80 and (-.0381, .1926) for 5/56 -
// 0/29. Ours is (1 + d) / 2. The further digits are from the formula over SciPy's Wilson intervals.
TEST(BalancedAccuracy, AgreesWithNewcombe) {
  const auto interval = [](std::size_t k1, std::size_t n1, std::size_t k0, std::size_t n0,
                           double alpha = 0.05) {
    return numerics::balanced_accuracy(zeros_and_ones(k1, n1), zeros_and_ones(k0, n0), 0.5, alpha);
  };
  expect_near(interval(56, 70, 48, 80), 0.6, 0.5262157362011824, 0.666936327018453, 1e-12);
  expect_near(interval(56, 70, 48, 80), 0.6, (1 + .0524) / 2, (1 + .3339) / 2, 3e-5);
  expect_near(interval(5, 56, 0, 29), 0.5446428571428571, 0.4809314260482316, 0.5962800069275558,
              1e-12);
  expect_near(interval(10, 10, 0, 20), 1, 0.8395430185709574, 1, 1e-12);
  expect_near(interval(56, 70, 48, 80, 0.01), 0.6, 0.5026854346250392, 0.6859042158878867, 1e-12);
  EXPECT_LE(interval(10, 10, 0, 20).hi, 1);
  EXPECT_GE(interval(0, 10, 20, 20).lo, 0);
}

TEST(BalancedAccuracy, AScoreAtTheThresholdIsNotAbove) {
  EXPECT_EQ(numerics::balanced_accuracy(Scores{1, 2}, Scores{1, 0}, 1).value, 0.75);
  EXPECT_THROW(numerics::balanced_accuracy(Scores{}, Scores{1}, 0), Error);
}

TEST(TprAtFpr, CountsMembersAboveTheAllowedFalsePositives) {
  Scores non_members, members;
  for (int i = 1; i <= 100; ++i) non_members.push_back(i);
  for (int i = 1; i <= 200; ++i) members.push_back(i - 0.5);  // .5, 1.5, ... 199.5
  // 10 % may score above the threshold: it is 90, and 90.5 to 199.5 are above it.
  const Estimate tpr = numerics::tpr_at_fpr(members, non_members, 0.1);
  const Estimate expected = numerics::clopper_pearson(110, 200);
  expect_near(tpr, expected.value, expected.lo, expected.hi, 0);
  EXPECT_EQ(numerics::tpr_at_fpr(members, non_members, 0).value, 0.5);
  EXPECT_EQ(numerics::tpr_at_fpr(members, non_members, 0.29).value, 129 / 200.0);
  EXPECT_EQ(numerics::tpr_at_fpr(members, non_members, 0.299).value, 129 / 200.0);
  EXPECT_EQ(numerics::tpr_at_fpr(members, non_members, 1).value, 1);
}

TEST(TprAtFpr, TiesAtTheThresholdAreNotAbove) {
  // One of four non-members is allowed, but three tie at the top: none may be above.
  EXPECT_EQ(numerics::tpr_at_fpr(Scores{5, 5, 6, 1}, Scores{5, 5, 5, 0}, 0.25).value, 0.25);
}

// scipy.stats.t.interval(1 - alpha, 4, mean, scipy.stats.sem(s)), SciPy 1.10.1,
// whose quantile of t is good to ten digits.
TEST(SplitMean, AgreesWithScipy) {
  const Scores splits{.61, .58, .66, .63, .59};
  expect_near(numerics::split_mean(splits), 0.614, 0.5741505160765108, 0.6538494839234892, 1e-10);
  expect_near(numerics::split_mean(splits, 0.2), 0.614, 0.5919943501705314, 0.6360056498294686,
              1e-10);
}

TEST(SplitMean, OneSplitHasNoInterval) {
  const Estimate one = numerics::split_mean(Scores{0.7});
  EXPECT_EQ(one.value, 0.7);
  EXPECT_TRUE(std::isnan(one.lo) && std::isnan(one.hi));
  EXPECT_THROW(numerics::split_mean({}), Error);
}

// By hand: sorted .005 .01 .03 .04 .04 times 5 4 3 2 1 is .025 .04 .09 .08 .04; running maximum.
TEST(Holm, StepsDown) {
  const Scores adjusted = numerics::holm(Scores{.04, .01, .03, .005, .04});
  const Scores expected{.09, .04, .09, .025, .09};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
  EXPECT_EQ(numerics::holm(Scores{.6, .7}), (Scores{1, 1}));
  EXPECT_TRUE(numerics::holm({}).empty());
}

}  // namespace
}  // namespace recveil
