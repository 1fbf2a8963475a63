// Systems whose lists show who was trained on, to a degree that is known.
#include "attack/list_ratios.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/random.h"
#include "numerics/stats.h"

namespace recveil::attack {
namespace {

using Row = std::vector<std::uint32_t>;

constexpr std::uint32_t kPeople = 60, kOwn = 4, kFillers = 400, kLength = 10;

// Person u has items kOwn * u .. and one filler. Items of members come into each list of others
// with probability `others`, into the person's own with `own`; those of the rest with .02.
class World {
 public:
  World(double others, double own) : others_(others), own_(own) {
    histories.n_items = kPeople * kOwn + kFillers;
    for (std::uint32_t u = 0; u < kPeople; ++u) {
      Row row;
      for (std::uint32_t i = 0; i < kOwn; ++i) row.push_back(kOwn * u + i);
      row.push_back(kPeople * kOwn + u);
      histories.append(row);
      shown.push_back(u);
    }
    for (int s = 0; s < 48; ++s) shadows.push_back(system());
    attacked = system();
  }

  double auc(const std::vector<double> &scores) const {
    std::vector<double> in, out;
    for (std::uint32_t u = 0; u < kPeople; ++u) {
      (attacked.member[u] != 0 ? in : out).push_back(scores[u]);
    }
    return numerics::auc(in, out).value;
  }
  SeenLists seen() const { return {histories, shown, attacked, shadows}; }

  Interactions histories;
  Row shown;
  SystemLists attacked;
  std::vector<SystemLists> shadows;

 private:
  SystemLists system() {
    SystemLists out;
    out.lists.n_items = histories.n_items;
    for (std::uint32_t u = 0; u < kPeople; ++u) out.member.push_back(u % 2 == 0 ? 1 : 0);
    rng_.shuffle(out.member);
    for (std::uint32_t v = 0; v < kPeople; ++v) {
      Row list;
      for (std::uint32_t u = 0; u < kPeople; ++u) {
        const double p = out.member[u] == 0 ? 0.02 : (u == v ? own_ : others_);
        for (std::uint32_t i = 0; i < kOwn; ++i) {
          if (rng_.uniform() < p) list.push_back(kOwn * u + i);
        }
      }
      rng_.shuffle(list);
      while (list.size() < kLength) {
        const auto filler =
            static_cast<std::uint32_t>(kPeople * kOwn + kPeople + rng_.below(kFillers - kPeople));
        if (std::find(list.begin(), list.end(), filler) == list.end()) list.push_back(filler);
      }
      out.lists.append(list);
    }
    return out;
  }

  double others_, own_;
  Rng rng_{1};
};

// Hypothesis: 60 lists with 4 items at .05 instead of .02 are 240 draws: 12 come back instead of
// 4.8, a distance of 7.2 / sqrt((11.4 + 4.7) / 2) = 2.5 deviations, AUC .96; what learning it from
// 48 systems costs is given .1. From 10 lists: 2 instead of .8, about 1 deviation, AUC .76.
// Standard error of an AUC over 30 and 30 people at most .07; the attacker who learns nothing reads
// .5.
TEST(CrowdRatios, MoreListsTellMore) {
  const World world(0.05, 0.02);
  const double all = world.auc(crowd_ratios(world.seen(), kPeople)),
               few = world.auc(crowd_ratios(world.seen(), 10));
  EXPECT_GT(all, 0.82);
  EXPECT_GT(all, few - 0.05);
  EXPECT_GT(few, 0.5 - 0.2);
}

// Whatever the own list tells, a crowd does not look at it; 30 against 30 by chance: standard
// deviation sqrt(61 / 10800) = .075, 4 of them.
TEST(CrowdRatios, NeverTheOwnList) {
  const World world(0.02, 0.9);
  EXPECT_NEAR(world.auc(crowd_ratios(world.seen(), kPeople)), 0.5, 4 * 0.075);
  EXPECT_GT(world.auc(own_ratios(world.seen())), 0.95);
}

TEST(OwnRatios, NothingWhereOnlyOthersTell) {
  const World world(0.05, 0.02);
  EXPECT_NEAR(world.auc(own_ratios(world.seen())), 0.5, 4 * 0.075);
}

// Shadows that are said to have trained on others than they did teach nothing.
TEST(CrowdRatios, LabelsByChance) {
  World world(0.05, 0.02);
  Rng rng(5);
  for (SystemLists &shadow : world.shadows) rng.shuffle(shadow.member);
  EXPECT_NEAR(world.auc(crowd_ratios(world.seen(), kPeople)), 0.5, 4 * 0.075);
}

// Means, and the variance within, in two passes.
std::pair<std::array<double, 2>, double> moments(const std::vector<double> (&group)[2]) {
  std::array<double, 2> mean{};
  double squares = 0;
  for (const std::size_t g : {0u, 1u}) {
    for (const double x : group[g]) mean[g] += x / static_cast<double>(group[g].size());
    for (const double x : group[g]) squares += (x - mean[g]) * (x - mean[g]);
  }
  return {mean, squares / static_cast<double>(group[0].size() + group[1].size() - 2)};
}

// The slow twin: all features of a person in a map.
double ratio_slowly(const World &world, std::uint32_t u, std::size_t lists) {
  const auto features = [&](const SystemLists &system) {
    std::map<std::pair<std::uint32_t, std::size_t>, double> out;
    for (std::size_t r = 0; r < lists; ++r) {
      if (world.shown[r] == u) continue;
      const auto row = system.lists.row(r);
      for (std::size_t place = 0; place < row.size(); ++place) {
        for (const std::uint32_t item : world.histories.row(u)) {
          if (item != row[place]) continue;
          out[{item, r}] = 1.0 - 0.5 * static_cast<double>(place) / static_cast<double>(row.size());
        }
      }
    }
    return out;
  };
  const std::size_t n = world.shadows.size();
  // The value of a system by what all shadows but one teach (n: by all).
  const auto value_of = [&](const SystemLists &system, std::size_t but) {
    double sum = 0;
    for (const auto &[feature, value] : features(system)) {
      std::vector<double> group[2];
      for (std::size_t s = 0; s < n; ++s) {
        if (s == but) continue;
        const auto found = features(world.shadows[s]);
        const auto at = found.find(feature);
        group[world.shadows[s].member[u]].push_back(at == found.end() ? 0 : at->second);
      }
      const auto [mean, variance] = moments(group);
      if (mean[1] > mean[0]) sum += value * (mean[1] - mean[0]) / (variance + 0.02);
    }
    return sum;
  };
  std::vector<double> group[2];
  for (std::size_t s = 0; s < n; ++s) {
    group[world.shadows[s].member[u]].push_back(value_of(world.shadows[s], s));
  }
  const auto [mean, variance] = moments(group);
  if (variance <= 1e-12) return 0;
  return (value_of(world.attacked, n) - (mean[0] + mean[1]) / 2) * (mean[1] - mean[0]) / variance;
}

TEST(CrowdRatios, IsTheSlowTwin) {
  const World world(0.08, 0.02);
  const auto scores = crowd_ratios(world.seen(), 12);
  ASSERT_EQ(scores.size(), kPeople);
  for (const std::uint32_t u : {0u, 7u, 31u, 59u}) {
    EXPECT_NEAR(scores[u], ratio_slowly(world, u, 12), 1e-5 * (1 + std::abs(scores[u]))) << u;
  }
}

TEST(CrowdRatios, NothingSeenTellsNothing) {
  World world(0.05, 0.02);
  for (const double score : crowd_ratios(world.seen(), 0)) EXPECT_EQ(score, 0);
  world.shadows.resize(3);  // fewer than four of each kind
  for (const double score : crowd_ratios(world.seen(), kPeople)) EXPECT_EQ(score, 0);
}

}  // namespace
}  // namespace recveil::attack
