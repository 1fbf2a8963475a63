#include "numerics/ranks.h"

#include <gtest/gtest.h>

#include <vector>

namespace recveil::numerics {
namespace {

TEST(Ranks, TiesShareTheMean) {
  EXPECT_EQ(mid_ranks(std::vector<double>{3, 1, 3, 2}), (std::vector<double>{3.5, 1, 3.5, 2}));
}

// By hand: ranks 1 2 3 4 5 and 2 1 4 3 5, squared differences 4, so 1 - 6 * 4 / (5 * 24).
TEST(Ranks, CorrelationIsSpearmans) {
  const std::vector<double> a{1, 2, 3, 4, 50}, b{-3, -9, 1, 0, 2};
  EXPECT_NEAR(rank_correlation(a, b).value(), .8, 1e-12);
  EXPECT_NEAR(rank_correlation(a, std::vector<double>{5, 4, 3, 2, 1}).value(), -1, 1e-12);
  // Ties, as scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 3]) has it.
  EXPECT_NEAR(
      rank_correlation(std::vector<double>{1, 2, 2, 3}, std::vector<double>{1, 3, 2, 3}).value(),
      5. / 6, 1e-12);
}

TEST(Ranks, OfNothingThatVariesNoCorrelation) {
  EXPECT_FALSE(rank_correlation(std::vector<double>{1, 2, 3}, std::vector<double>{4, 4, 4}));
  EXPECT_FALSE(rank_correlation({}, {}));
}

}  // namespace
}  // namespace recveil::numerics
