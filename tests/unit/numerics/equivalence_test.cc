#include "numerics/equivalence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace recveil {
namespace {

using numerics::equivalence_p_value;
using numerics::people_to_settle;

// max(norm.cdf((a - .5 - .05) / s), norm.sf((a - .5 + .05) / s)), scipy.stats, SciPy 1.10.1.
TEST(Equivalence, AgreesWithTwoOneSidedTests) {
  EXPECT_NEAR(equivalence_p_value(0.52, 0.01, 0.05), 0.0013498980316301035, 1e-15);
  EXPECT_NEAR(equivalence_p_value(0.48, 0.01, 0.05), 0.0013498980316301035, 1e-15);
  EXPECT_NEAR(equivalence_p_value(0.5, 0.03, 0.05), 0.0477903522728147, 1e-14);
  EXPECT_NEAR(equivalence_p_value(0.56, 0.02, 0.05), 0.6914624612740131, 1e-14);
  EXPECT_NEAR(equivalence_p_value(0.44, 0.02, 0.05), 0.6914624612740131, 1e-14);
}

TEST(Equivalence, WithoutErrorIsADecision) {
  EXPECT_EQ(equivalence_p_value(0.54, 0, 0.05), 0);
  EXPECT_EQ(equivalence_p_value(0.56, 0, 0.05), 1);
  EXPECT_THROW(equivalence_p_value(0.5, 0.1, 0), Error);
  EXPECT_THROW(equivalence_p_value(0.5, -0.1, 0.05), Error);
}

// Hypothesis: with an AUC of .5 + margin the test at .05 says "within" in 5 % of cases. 10,000
// normal estimates: deviation sqrt(.05 .95 / 10,000) = .0022; 4.5 of them, false alarm 7e-6.
TEST(Equivalence, HasItsLevelAtTheMargin) {
  Rng rng(1);
  int rejected = 0;
  for (int i = 0; i < 10000; ++i) {
    rejected += equivalence_p_value(0.55 + 0.01 * rng.normal(), 0.01, 0.05) <= 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(rejected / 1e4, 0.05, 4.5 * 0.0022);
}

// The smallest number that does, one person at a time.
TEST(PeopleToSettle, AgreeWithTrying) {
  for (const double auc : {0.5, 0.47, 0.53, 0.58, 0.6}) {
    for (const double se : {0.005, 0.02, 0.04}) {
      for (const std::size_t n : {100u, 372u}) {
        std::size_t more = 0;
        const auto settled = [&] {
          const double shrunk =
              se * std::sqrt(static_cast<double>(n) / static_cast<double>(n + more));
          const double half = 1.959963984540054 * shrunk, d = std::abs(auc - 0.5);
          return d + half < 0.05 || d - half > 0.05;
        };
        while (!settled()) ++more;
        EXPECT_EQ(people_to_settle(auc, se, n, 0.05), more) << auc << ' ' << se << ' ' << n;
      }
    }
  }
}

TEST(PeopleToSettle, OnTheMarginNobodyWould) {
  EXPECT_EQ(people_to_settle(0.625, 0.01, 100, 0.125), std::nullopt);
  EXPECT_EQ(people_to_settle(0.5, 0, 100, 0.05), 0u);
  EXPECT_THROW(people_to_settle(0.5, 0.1, 0, 0.05), Error);
  EXPECT_GT(people_to_settle(0.5, 0.05, 100, 0.05, 0.01), people_to_settle(0.5, 0.05, 100, 0.05));
}

}  // namespace
}  // namespace recveil
