// The statistical tests of screening against SciPy 1.10 and against adding up mass functions.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "core/random.h"
#include "defense/screen/excess.h"
#include "defense/screen/group_evidence.h"
#include "defense/screen/hidden_share.h"
#include "defense/screen/tail_probability.h"
#include "support/screen_population.h"
#include "support/screen_slow.h"

namespace recveil::defense {
namespace {

TEST(ScreenTail, RanksAndThenFallsExponentially) {
  Rng rng(1);
  std::vector<double> scores(1000);
  for (double &s : scores) s = rng.normal();
  const TailProbability tail(scores);
  double before = 1.1;
  for (double x = -4; x < 8; x += .05) {
    const double p = tail(x);
    const auto above =
        std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= x; });
    const double rank = (static_cast<double>(above) + 1) / 1001;
    EXPECT_LE(p, rank + 1e-12);
    if (above > 5) {
      EXPECT_NEAR(p, rank, 1e-12);
    }
    EXPECT_LE(p, before + 1e-12);
    before = p;
  }
  // Far beyond every trusted score is rarer than any rank, but never as rare as a normal says.
  EXPECT_LT(tail(6), 1e-4);
  EXPECT_GT(tail(6), upper_normal(6));
}

// H0: p of newcomers like the trusted accounts is uniform. 20,000 draws of 2,000 references: the
// share at or below .01 is within 5 deviations of both samples together (false alarm 6e-7).
TEST(ScreenTail, IsCalibrated) {
  Rng rng(2);
  std::vector<double> scores(2000);
  for (double &s : scores) s = rng.normal();
  const TailProbability tail(scores);
  int below = 0;
  for (int i = 0; i < 20000; ++i) below += tail(rng.normal()) <= .01 ? 1 : 0;
  EXPECT_NEAR(below / 20000.0, .01, 5 * std::sqrt(.01 * .99 * (1 / 20000.0 + 1 / 2000.0)));
}

TEST(ScreenStatistics, AgreeWithSciPy) {
  EXPECT_NEAR(upper_normal(1.5), 0.06680720126885807, 1e-15);
  EXPECT_NEAR(upper_normal(8) / 6.22096057427174e-16, 1, 1e-9);
  EXPECT_NEAR(normal_score(1e-3), 3.090232306167813, 1e-9);
  EXPECT_NEAR(normal_score(0), normal_score(1e-6), 0);
  EXPECT_NEAR(fisher(.05, .01), 0.004300451229771043, 1e-15);
  EXPECT_NEAR(fisher(1e-5, .3) / 4.1150694807888515e-05, 1, 1e-9);
}

TEST(ScreenStatistics, BenjaminiAndHochbergByDefinition) {
  Rng rng(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> p(30);
    for (double &x : p) x = std::pow(rng.uniform(), trial % 2 == 0 ? 1 : 4);
    EXPECT_EQ(benjamini_hochberg(p, 40, .1), support::slow_benjamini_hochberg(p, 40, .1));
  }
  EXPECT_LT(benjamini_hochberg({.5, .9}, 2, .01), 0);
}

// An item nobody has and popular ones, by adding up the negative binomial of excess.h.
TEST(ScreenExcess, AgreesWithTheMassFunction) {
  const auto people = support::screen_people(300, 4);
  const RatingScale scale = scale_of(people.view());
  const ItemHistory history(people.view(), scale);
  const double alpha = .5;
  const ExcessTest test(history, alpha);
  for (const std::uint32_t item : {0u, 30u, 399u}) {
    for (const double observed : {3.0, 9.0, 25.0}) {
      ItemCounts batch(history.n_items(), 60, 1.2);
      batch.count[0][item] = observed;
      const Excess fast = test.test(item, history, batch, nullptr);
      double sum = 0, squares = 0;
      for (const double c : history.count[0]) sum += c, squares += c * c;
      const double n = static_cast<double>(history.n_items()), mean = sum / n;
      const double shape = std::max(.1, mean * mean / (squares / n - mean * mean - mean));
      const double known = history.count[0][item] + shape;
      const double expected = known * 60 * 1.2 / (history.accounts * (1 + shape / mean));
      const double tail =
          support::slow_negative_binomial_tail(observed, 1 / (1 / known + alpha), expected);
      // Fewer raters than expected are no excess, whatever it says of them.
      if (observed > expected) {
        EXPECT_NEAR(fast.p, std::min(1.0, 3 * tail), 1e-9 + 1e-6 * tail);
      }
    }
  }
}

TEST(ScreenExcess, CarriedCountsAddUp) {
  const auto people = support::screen_people(300, 5);
  const ItemHistory history(people.view(), scale_of(people.view()));
  const ExcessTest test(history, .5);
  ItemCounts batch(history.n_items(), 50, 1), before(history.n_items(), 450, 1);
  batch.count[0][390] = batch.count[1][390] = batch.count[2][390] = 2;
  EXPECT_EQ(test.test(390, history, batch, nullptr).p, 1);  // two accounts are no group
  before.count[0][390] = before.count[1][390] = before.count[2][390] = 18;
  EXPECT_LT(test.test(390, history, batch, &before).p, .01);
}

// Arrivals whose popularity drifts have the over-dispersion that was planted; steady ones have the
// least that is ever assumed.
TEST(ScreenExcess, DispersionIsThatOfArrivals) {
  const auto arrivals = [](double alpha, std::uint64_t seed) {
    Rng rng(seed, 3);
    support::Accounts out;
    out.n_items = 200;
    constexpr std::size_t kBlock = 200;
    for (std::size_t block = 0; block < 8; ++block) {
      std::vector<double> factor(out.n_items);
      // exp of a normal of this variance has a squared coefficient of variation of alpha.
      const double deviation = std::sqrt(std::log1p(alpha));
      for (double &f : factor) f = std::exp(deviation * rng.normal() - std::log1p(alpha) / 2);
      for (std::size_t u = 0; u < kBlock; ++u) {
        std::vector<std::uint32_t> row;
        std::vector<float> ratings;
        for (std::uint32_t i = 0; i < out.n_items; ++i) {
          if (rng.uniform() < .05 * factor[i]) row.push_back(i), ratings.push_back(3);
        }
        out.append(row, ratings, static_cast<std::int64_t>(block * kBlock + u));
      }
    }
    return out;
  };
  const RatingScale scale{1, 5, 4, true};
  EXPECT_NEAR(arrival_dispersion(arrivals(0, 1).view(), scale), .1, 1e-9);
  const double drifting = arrival_dispersion(arrivals(1, 2).view(), scale);
  EXPECT_GT(drifting, .5);
  EXPECT_LT(drifting, 2.5);
  auto unknown = arrivals(1, 2);
  unknown.arrived_at.clear();
  EXPECT_EQ(arrival_dispersion(unknown.view(), scale), .5);
}

TEST(ScreenGroup, UnanimityAgreesWithSciPy) {
  ItemHistory history;
  history.scale = {1, 5, 4, true};
  for (auto &counts : history.count) counts.assign(2, 0);
  history.count[0][1] = 9;
  history.count[2][1] = 2.3;
  GroupBaseline::Parts parts;
  parts.rated = true;
  parts.share = .3;
  parts.strength = 4;
  const GroupBaseline baseline(parts);
  EXPECT_NEAR(baseline.unanimity(5, 5, 0, history), 0.027456, 1e-9);              // Beta(1.2, 2.8)
  EXPECT_NEAR(baseline.unanimity(8, 10, 1, history), 0.00873565673828125, 1e-9);  // (3.5, 9.5)
  EXPECT_EQ(baseline.unanimity(2, 2, 0, history), 1);
}

TEST(ScreenHidden, AgreesWithTheDefinition) {
  Rng rng(9);
  for (int trial = 0; trial < 300; ++trial) {
    const double odd = .5 + 60 * rng.uniform(), expected = std::exp(6 * rng.uniform() - 4);
    const double size = .5 + 10 * rng.uniform();
    const std::size_t ordinary = 1 + rng.below(40);
    EXPECT_NEAR(hidden_share({odd, static_cast<double>(ordinary), expected, size}),
                support::slow_hidden_share(odd, ordinary, expected, size), 1e-9);
  }
}

TEST(ScreenHidden, PeopleAreExpectedBeforeHiddenFakes) {
  EXPECT_EQ(hidden_share({0, 10, 1, 10}), 0);  // nobody was found
  EXPECT_EQ(hidden_share({60, 0, 1, 10}), 0);
  // As many as the item always has: people, however large the campaign is.
  EXPECT_LT(hidden_share({60, 2, 1, 10}), .5);
  EXPECT_LT(hidden_share({600, 12, 10, 10}), .5);
  // More than the item ever had.
  EXPECT_GT(hidden_share({9, 2, .1, 10}), .5);
  EXPECT_GT(hidden_share({60, 15, 1, 10}), .8);
}

TEST(ScreenGroup, OrdinaryAccountsTogetherAreNoGroup) {
  const GroupBaseline baseline;
  const ChannelBaseline none{};
  ScoreSums ordinary, odd;
  for (int i = 0; i < 20; ++i) {
    ordinary.add({.3, -.2, .1});
    odd.add({.3, 2, .1});
  }
  EXPECT_GT(baseline.p(ordinary, none), .1);
  EXPECT_LT(baseline.p(odd, none), 1e-6);
  ScoreSums pair;
  pair.add({9, 9, 9}), pair.add({9, 9, 9});
  EXPECT_EQ(baseline.p(pair, none), 1);
}

}  // namespace
}  // namespace recveil::defense
