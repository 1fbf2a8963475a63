#include "attack/orient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"
#include "numerics/stats.h"

namespace recveil {
namespace {

using attack::Orientation;
using Values = std::vector<double>;
using Labels = std::vector<std::uint8_t>;

TEST(Orient, TurnsTheValuesSoThatMembersScoreHigher) {
  const Orientation up = attack::orient({1, 2, 3, 4}, {0, 0, 1, 1});
  EXPECT_EQ(up.sign, 1);
  EXPECT_EQ(up.auc, 1);
  EXPECT_EQ(up.threshold, 2.5);
  const Orientation down = attack::orient({1, 2, 3, 4}, {1, 1, 0, 0});
  EXPECT_EQ(down.sign, -1);
  EXPECT_EQ(down.auc, 1);
  EXPECT_EQ(down.threshold, -2.5);
}

TEST(Orient, CutsNowhereBetweenTies) {
  // Above 1 are two of three members and one of three non-members; above 0, three and two: both
  // gain 1/3, and the lower cut wins. The 1s, of both classes, are never parted.
  const Orientation rule = attack::orient({2, 2, 1, 2, 1, 0}, {1, 1, 1, 0, 0, 0});
  EXPECT_EQ(rule.sign, 1);
  EXPECT_EQ(rule.threshold, 0.5);
  const Orientation same = attack::orient({3, 3, 3}, {1, 0, 1});
  EXPECT_EQ(same.auc, 0.5);
  EXPECT_EQ(same.threshold, 3);
}

// Classes of different size: the best balanced accuracy, not the most right answers, which here is
// to call everybody a member.
TEST(Orient, BalancesTheClasses) {
  Values values{0};
  Labels member{0};
  for (int i = 1; i <= 20; ++i) {
    values.push_back(i <= 4 ? -1 : 1);
    member.push_back(1);
  }
  EXPECT_EQ(attack::orient(values, member).threshold, 0.5);
}

// The threshold is the best of all there are.
TEST(Orient, AgreesWithTryingEveryCut) {
  Rng rng(1);
  for (int round = 0; round < 50; ++round) {
    Values values;
    Labels member{1, 0};
    for (int u = 0; u < 40; ++u) {
      if (u >= 2) member.push_back(static_cast<std::uint8_t>(rng.below(2)));
      values.push_back(static_cast<double>(rng.below(12)) - (member.back() != 0 ? 2 : 0));
    }
    const Orientation rule = attack::orient(values, member);
    Values members, non_members;
    for (std::size_t u = 0; u < 40; ++u) {
      (member[u] != 0 ? members : non_members).push_back(rule.sign * values[u]);
    }
    const auto accuracy = [&](double cut) {
      return numerics::balanced_accuracy(members, non_members, cut).value;
    };
    double best = 0;
    for (double cut = -14.5; cut < 14; ++cut) best = std::max(best, accuracy(cut));
    EXPECT_NEAR(accuracy(rule.threshold), best, 1e-12);
    EXPECT_NEAR(rule.auc, numerics::auc(members, non_members).value, 1e-12);
    EXPECT_GE(rule.auc, 0.5);
  }
}

}  // namespace
}  // namespace recveil
