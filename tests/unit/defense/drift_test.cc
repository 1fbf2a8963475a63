#include "defense/fold/drift.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace recveil::defense {
namespace {

TEST(Drift, IsTheLargestRise) {
  // Item 0: neighbour 1 rose by .1, neighbour 2 came in over the last one, .2. Item 1: nothing was
  // there. Item 2: it lost neighbours. Item 3: it has none.
  const ItemNeighborhoods before{{0, 2, 2, 4, 4}, {1, 3, 0, 1}, {.5F, .2F, .9F, .8F}};
  const ItemNeighborhoods now{{0, 2, 3, 4, 4}, {1, 2, 3, 1}, {.6F, .55F, .3F, .7F}};
  const std::vector<double> drift = item_drift(before, now);
  EXPECT_NEAR(drift[0], .35, 1e-6);
  EXPECT_NEAR(drift[1], .3, 1e-6);
  EXPECT_EQ(drift[2], 0);
  EXPECT_EQ(drift[3], 0);
  EXPECT_THROW(item_drift(before, ItemNeighborhoods{}), Error);
}

TEST(Drift, ComparesWithItemsOfLikeSupport) {
  const std::vector<double> drift{.3, .1, .2, .9, .9};
  const std::vector<std::uint32_t> support{10, 11, 9, 500, 600};
  EXPECT_DOUBLE_EQ(drift_p_value(drift, support, 0, 2), 1.0 / 3);
  EXPECT_DOUBLE_EQ(drift_p_value(drift, support, 0, 4), 3.0 / 5);
  EXPECT_DOUBLE_EQ(drift_p_value(drift, support, 1, 2), 1.0);
  EXPECT_THROW(drift_p_value(drift, support, 5, 2), Error);
  EXPECT_THROW(drift_p_value(drift, std::vector<std::uint32_t>{1}, 0, 2), Error);
}

// Hypothesis: the watched item is an ordinary one. Of 4,000 trials with 199 peers a share of
// 2 / 200 has a p value of at most .01; the count is binomial with mean 40 and deviation 6.3, and
// beyond 40 +- 32 (five deviations) once in 10^6 runs.
TEST(Drift, AlarmsAsOftenAsItSays) {
  Rng rng(17);
  std::size_t alarms = 0;
  const std::vector<std::uint32_t> support(200, 7);
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<double> drift(200);
    for (double &value : drift) value = rng.uniform();
    if (drift_p_value(drift, support, 0, 199) <= .01) ++alarms;
  }
  EXPECT_GT(alarms, 8u);
  EXPECT_LT(alarms, 72u);
}

}  // namespace
}  // namespace recveil::defense
