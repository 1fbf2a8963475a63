// The attacker who knows every member but those attacked.
#include "audit/informed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "data/load.h"
#include "defense/private/accountant.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

const recommend::HoldOut &people() {
  static const recommend::HoldOut out = [] {
    const data::Dataset data = data::load("synthetic:users=1500,items=200,seed=5");
    return recommend::hold_out_last(data.interactions, data.times, 1);
  }();
  return out;
}

double auc(const SplitScores &scores) {
  return numerics::auc(scores.members, scores.non_members).value;
}

TEST(Informed, SplitsEverybodyOnce) {
  const InformedSplit split = split_informed(people().history, 0.8, 3);
  std::set<std::uint32_t> seen(split.attacked.begin(), split.attacked.end());
  seen.insert(split.known.begin(), split.known.end());
  seen.insert(split.others.begin(), split.others.end());
  std::size_t taking_part = 0;
  for (std::size_t u = 0; u < people().history.n_users(); ++u) {
    taking_part += people().history.row(u).size() >= 2;
  }
  EXPECT_EQ(seen.size(), taking_part);
  EXPECT_EQ(split.attacked.size() + split.known.size() + split.others.size(), taking_part);
  EXPECT_NEAR(static_cast<double>(split.members().size()), 0.8 * static_cast<double>(taking_part),
              1);
  EXPECT_EQ(split.attacked.size(), split.members().size() / 5);
  EXPECT_NE(split.attacked, split_informed(people().history, 0.8, 4).attacked);
  EXPECT_THROW(split_informed(people().history, 0.999, 3), Error);
}

// With hardly any noise the attacker reads the model and the matrix; with much, neither.
TEST(Informed, ReadsWhatNoiseDoesNotHide) {
  const InformedResult open = attack_informed(people(), 100, 0.8, 1, 0);
  EXPECT_GT(auc(open.learned), 0.9);
  EXPECT_GT(auc(open.best_test), 0.99);
  EXPECT_GT(auc(open.no_noise), 0.9);
  EXPECT_GT(open.items_shown, 20u);
  EXPECT_FALSE(open.pair);
  const InformedResult hidden = attack_informed(people(), 0.1, 0.8, 1, 0);
  // 240 attacked and 300 others: four standard errors of .025, false alarm 6e-5 a side.
  EXPECT_NEAR(auc(hidden.learned), 0.5, 0.1);
  EXPECT_NEAR(auc(hidden.best_test), 0.5, 0.1);
  EXPECT_GT(auc(hidden.no_noise), auc(hidden.learned) + 0.1);  // a larger ridge hides a part
  EXPECT_EQ(hidden.learned.members, attack_informed(people(), 0.1, 0.8, 1, 0).learned.members);
}

// Without noise to speak of a pair of one person is told in every draw.
TEST(Informed, TellsAPairWithoutNoise) {
  const Users members = split_informed(people().history, 0.8, 1).members();
  const PairDraws open = draw_pairs(people().history, members, 100, 1, 10);
  EXPECT_EQ(numerics::auc(open.member_scores, open.other_scores).value, 1);
  EXPECT_EQ(open.members_shown, 10u);
  EXPECT_EQ(open.draws, 10u);
  const PairDraws hidden = draw_pairs(people().history, members, 0.05, 1, 40);
  // 40 draws of each: four standard errors of .065.
  EXPECT_NEAR(numerics::auc(hidden.member_scores, hidden.other_scores).value, 0.5, 0.26);
}

}  // namespace
}  // namespace recveil::audit
