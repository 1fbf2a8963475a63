#include "tune/choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace recveil::cli {
namespace {

constexpr auto kUnder = Standing::under, kOver = Standing::over, kUnsettled = Standing::unsettled;

std::size_t chosen(const std::vector<Measured> &settings, double loss) {
  const Choice choice = choose(settings, loss);
  EXPECT_EQ(choice.outcome, Outcome::found);
  return choice.index.value_or(settings.size());
}

TEST(TuneChoice, NothingUnderTheCeiling) {
  EXPECT_EQ(choose({}, .05).outcome, Outcome::none);
  EXPECT_EQ(choose({{kOver}, {kOver}}, .05).outcome, Outcome::none);
  EXPECT_EQ(choose({{kOver}, {kUnsettled}}, .05).outcome, Outcome::inconclusive);
  EXPECT_FALSE(choose({{kOver}, {kUnsettled}}, .05).index);
}

TEST(TuneChoice, OnlyWhatIsUnderTheCeilingCounts) {
  // Better and cheaper than the chosen one, in every way but the one that counts.
  EXPECT_EQ(chosen({{kOver, .9, 1, 1, 0}, {kUnder, .1, 9, 9, 1}, {kUnsettled, .9, 1, 1, 10}}, .05),
            1u);
}

TEST(TuneChoice, TrainingThenExactnessThenModelsThenFloorThenUtility) {
  EXPECT_EQ(chosen({{kUnder, .20, 7, 8, 1}, {kUnder, .195, 3, 4, 1}}, .05), 1u);
  EXPECT_EQ(chosen({{kUnder, .20, 1, 1, 0, false}, {kUnder, .195, 1, 8, 1, true}}, .05), 1u);
  EXPECT_EQ(chosen({{kUnder, .20, 1, 1, 0, false}, {kUnder, .195, 3, 8, 1, true}}, .05), 0u);
  EXPECT_EQ(chosen({{kUnder, .20, 1, 8, 9}, {kUnder, .195, 1, 4, 1}}, .05), 1u);
  EXPECT_EQ(chosen({{kUnder, .20, 3, 4, 1}, {kUnder, .195, 3, 4, 5}}, .05), 1u);
  EXPECT_EQ(chosen({{kUnder, .195, 3, 4, 5}, {kUnder, .20, 3, 4, 5}}, .05), 1u);
  EXPECT_EQ(chosen({{kUnder, .20, 3, 4, 5}, {kUnder, .20, 3, 4, 5}}, .05), 0u);
}

TEST(TuneChoice, TheLossSaysHowMuchCheapnessMayCost) {
  const std::vector<Measured> settings{{kUnder, .17, 1, 2, 5},
                                       {kUnder, .196, 3, 4, 5},
                                       {kUnder, .20, 7, 8, 5},
                                       {kOver, .30, 1, 1, 0}};  // no measure of what is lost
  EXPECT_EQ(chosen(settings, 0), 2u);
  EXPECT_EQ(chosen(settings, .05), 1u);
  EXPECT_EQ(chosen(settings, .2), 0u);
  EXPECT_EQ(chosen(settings, 1), 0u);
}

TEST(TuneChoice, WithoutAnyUtilityTheCheapest) {
  EXPECT_EQ(chosen({{kUnder, 0, 3, 4, 5}, {kUnder, 0, 1, 2, 5}}, .05), 1u);
}

// The definition, pair by pair: nobody who is under the ceiling and good enough is cheaper.
bool cheaper(const Measured &a, const Measured &b) {
  if (a.training_units != b.training_units) return a.training_units < b.training_units;
  if (a.exact != b.exact) return a.exact;
  if (a.models != b.models) return a.models < b.models;
  if (a.support_floor != b.support_floor) return a.support_floor > b.support_floor;
  return a.ndcg10 > b.ndcg10;
}

TEST(TuneChoice, AgreesWithItsDefinition) {
  std::mt19937 random(1);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::size_t found = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<Measured> settings(1 + below(8));
    for (Measured &setting : settings) {
      setting = {Standing(below(3)), .1 + .01 * below(10), 1.0 + below(3), 1 + below(3),
                 below(3),           below(2) == 1};
    }
    const double loss = .1 * below(11);
    const Choice choice = choose(settings, loss);
    double best = 0;
    bool unsettled = false;
    for (const Measured &setting : settings) {
      if (setting.standing == kUnder) best = std::max(best, setting.ndcg10);
      unsettled = unsettled || setting.standing == kUnsettled;
    }
    if (best == 0) {
      EXPECT_EQ(choice.outcome, unsettled ? Outcome::inconclusive : Outcome::none);
      continue;
    }
    ASSERT_TRUE(choice.index);
    ++found;
    const auto fits = [&](const Measured &setting) {
      return setting.standing == kUnder && setting.ndcg10 >= (1 - loss) * best;
    };
    EXPECT_TRUE(fits(settings[*choice.index]));
    for (std::size_t s = 0; s < settings.size(); ++s) {
      if (!fits(settings[s])) continue;
      EXPECT_FALSE(cheaper(settings[s], settings[*choice.index]));
      EXPECT_FALSE(s < *choice.index && !cheaper(settings[*choice.index], settings[s]));
    }
  }
  EXPECT_GT(found, 1000u);
}

}  // namespace
}  // namespace recveil::cli
