// The control of the crowd: nothing to find, whatever the lists tell.
#include "audit/crowd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

constexpr std::uint32_t kPeople = 40, kOwn = 3, kLists = 20;

// The items of who was trained on come into each list with probability .3, those of others with
// .05.
attack::SystemLists system(Rng &rng) {
  attack::SystemLists out;
  out.lists.n_items = kPeople * kOwn + 1;
  for (std::uint32_t u = 0; u < kPeople; ++u) out.member.push_back(u % 2 == 0 ? 1 : 0);
  rng.shuffle(out.member);
  for (std::uint32_t list = 0; list < kLists; ++list) {
    std::vector<std::uint32_t> row{kPeople * kOwn};  // what everybody is shown
    for (std::uint32_t item = 0; item < kPeople * kOwn; ++item) {
      if (rng.uniform() < (out.member[item / kOwn] != 0 ? 0.3 : 0.05)) row.push_back(item);
    }
    rng.shuffle(row);
    out.lists.append(row);
  }
  return out;
}

CrowdScene scene(std::uint64_t seed) {
  Rng rng(seed);
  CrowdScene out;
  out.known.n_items = kPeople * kOwn + 1;
  for (std::uint32_t u = 0; u < kPeople; ++u) {
    out.known.append(std::vector<std::uint32_t>{kOwn * u, kOwn * u + 1, kOwn * u + 2});
  }
  for (std::uint32_t list = 0; list < kLists; ++list) out.shown.push_back(list);
  for (int s = 0; s < 16; ++s) out.shadows.push_back(system(rng));
  out.attacked.push_back(system(rng));
  return out;
}

double auc(const SplitScores &scores) {
  return numerics::auc(scores.members, scores.non_members).value;
}

// Hypothesis: the mean AUC over 400 scenes is .5. One control of 20 against 20 people has a
// standard deviation of sqrt(41 / 4800) = .0924; four on the same lists at most as much. 4
// deviations of the mean of 400, .0185: false alarm 6e-5. (Labels that are wrong in the shadows
// alone read .455 here.) The attack itself reads nearly 1.
TEST(CrowdControl, IsNothingButChanceWhereListsTellAll) {
  double control = 0, attack = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const CrowdScene made = scene(seed);
    control += auc(crowd_control(made, seed)) / 400;
    if (seed <= 10) attack += auc(crowd_scores(made).front()) / 10;
  }
  EXPECT_NEAR(control, 0.5, 4 * 0.0924 / std::sqrt(400.0));
  EXPECT_GT(attack, 0.95);
}

TEST(CrowdControl, CountsEverybodyAsOftenAsItIsTaken) {
  const SplitScores control = crowd_control(scene(1), 1);
  EXPECT_EQ(control.members.size(), kCrowdControls * kPeople / 2);
  EXPECT_EQ(control.non_members.size(), kCrowdControls * kPeople / 2);
  EXPECT_EQ(control.member_activity.size(), control.members.size());
  EXPECT_EQ(control.non_member_activity.size(), control.non_members.size());
}

}  // namespace
}  // namespace recveil::audit
