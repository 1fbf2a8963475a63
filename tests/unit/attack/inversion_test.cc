#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "attack/inversion.h"
#include "attack/inversion_descent.h"
#include "core/error.h"
#include "support/recommend_random.h"

namespace recveil::attack {
namespace {

ItemFactors factors(std::size_t n, std::size_t d, std::uint64_t seed) {
  ItemFactors out{d, std::vector<double>(n * d)};
  Rng rng(seed);
  for (double &value : out.values) value = rng.normal();
  return out;
}

// v is linear in M' with the rest fixed, so Eq. 5 is quadratic and a central difference is exact
// but for rounding: a step as long as a rating loses none of it.
TEST(Inversion, GradientIsThatOfFiniteDifferences) {
  const InversionTargets targets{{2, 9}, {4, 5, 11}};
  for (const double mu : {0.0, 1.0, 50.0}) {
    for (const std::size_t copies : {1u, 7u}) {
      InversionSimulation simulation(factors(14, 4, 8), targets, 3, copies,
                                     {.regularization = .1, .mu = mu, .sweeps = 2});
      Rng rng(4);
      for (double &rating : simulation.ratings()) {
        if (rng.uniform() < .5) rating = .2 + rng.uniform();
      }
      simulation.fit();
      const std::vector<double> gradient = simulation.gradient();
      double scale = 0;
      for (const double value : gradient) scale = std::max(scale, std::abs(value));
      ASSERT_GT(scale, 0);
      constexpr double kStep = .5;
      std::size_t checked = 0;
      for (std::size_t e = 0; e < gradient.size(); ++e) {
        const double was = simulation.ratings()[e];
        if (!(was > 0)) continue;  // the entry would become observed
        ++checked;
        simulation.ratings()[e] = was + kStep;
        simulation.solve_items();
        const double above = simulation.objective();
        simulation.ratings()[e] = was - kStep;
        simulation.solve_items();
        const double below = simulation.objective();
        simulation.ratings()[e] = was;
        EXPECT_NEAR((above - below) / (2 * kStep), gradient[e], 1e-8 * scale) << mu << " " << e;
      }
      EXPECT_GT(checked, 15u);
    }
  }
}

// Equal rows stay equal: one row that stands for five is five.
TEST(Inversion, OneRowStandsForItsCopies) {
  const InversionTargets targets{{1}, {3, 6}};
  const DescentOptions options{.mu = 2};
  InversionSimulation five(factors(10, 3, 2), targets, 5, 1, options);
  InversionSimulation one(factors(10, 3, 2), targets, 1, 5, options);
  five.fit();
  one.fit();
  EXPECT_NEAR(five.objective(), one.objective(), 1e-9 * one.objective());
  const std::vector<double> all = five.gradient(), single = one.gradient();
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t j = 0; j < 10; ++j) {
      // Moving one of five moves the model a fifth as far.
      EXPECT_NEAR(5 * all[row * 10 + j], single[j], 1e-7 * (1 + std::abs(single[j])));
    }
  }
}

// Dykstra's alternating projections (Boyle and Dykstra, 1986) onto the box and the half space:
// another way to the same point.
std::vector<double> dykstra(const std::vector<double> &row, double highest, double total) {
  std::vector<double> x = row, p(row.size(), 0), q(row.size(), 0);
  for (int round = 0; round < 20000; ++round) {
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] = std::clamp(x[i] + p[i], 0.0, highest);
      p[i] += x[i] - y[i];
    }
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] + q[i];
    const double over = std::max(0.0, sum - total) / static_cast<double>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = y[i] + q[i] - over;
      q[i] += y[i] - x[i];
    }
  }
  return x;
}

TEST(Inversion, ProjectionIsThatOfAnotherSolver) {
  Rng rng(12);
  for (int repeat = 0; repeat < 30; ++repeat) {
    std::vector<double> row(12);
    for (double &value : row) value = 3 * rng.normal();
    const double highest = .5 + 2 * rng.uniform(), total = .5 + 6 * rng.uniform();
    const std::vector<double> expected = dykstra(row, highest, total);
    std::vector<double> found = row;
    project(found, highest, total);
    for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-7);
    EXPECT_LE(std::accumulate(found.begin(), found.end(), 0.0), total + 1e-12);
  }
  std::vector<double> inside{.2, 0, .3};
  project(inside, 1, 1);
  EXPECT_EQ(inside, (std::vector<double>{.2, 0, .3}));
  EXPECT_THROW(project(inside, 0, 1), Error);
  inside[0] = INFINITY;
  EXPECT_THROW(project(inside, 1, 1), Error);
}

// Eq. 5 entry by entry.
TEST(Inversion, ObjectiveAndSlopeAreWrittenOut) {
  const ItemFactors was = factors(6, 2, 1), now = factors(6, 2, 2);
  const InversionTargets targets{{0, 3}, {1, 5}};
  const auto v = [](const ItemFactors &f, std::size_t j, std::size_t k) {
    return f.values[j * f.d + k];
  };
  double expected = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    for (const std::size_t x : {0u, 3u}) {
      expected += std::pow(v(now, x, k) - v(was, x, k), 2);
      for (const std::size_t y : {1u, 5u}) expected += std::pow(v(now, y, k) - v(was, x, k), 2);
    }
    for (std::size_t j = 0; j < 6; ++j) expected += 4 * std::pow(v(now, j, k) - v(was, j, k), 2);
  }
  EXPECT_NEAR(inversion_objective(now, was, targets, 4), expected, 1e-12 * expected);
  const std::vector<double> slope = inversion_slope(now, was, targets, 4);
  for (std::size_t e = 0; e < slope.size(); ++e) {
    ItemFactors up = now, down = now;
    up.values[e] += .5;
    down.values[e] -= .5;
    EXPECT_NEAR(
        slope[e],
        inversion_objective(up, was, targets, 4) - inversion_objective(down, was, targets, 4),
        1e-9);
  }
}

TEST(Inversion, DescentKeepsTheFakesWithinTheirBounds) {
  const InversionTargets targets{{2}, {4, 5, 11}};
  for (const double mu : {0.0, .1, 10.0}) {
    const Descent found = descend(factors(40, 5, 3), targets, 6, true,
                                  {.mu = mu, .highest = 5, .rating_step = .5, .profile_size = 9});
    ASSERT_EQ(found.fakes.histories.n_users(), 6u);
    ASSERT_EQ(found.fakes.ratings.size(), found.fakes.histories.size());
    EXPECT_FALSE(found.objective.empty());
    for (std::size_t f = 0; f < 6; ++f) EXPECT_LE(found.fakes.histories.row(f).size(), 9u);
    for (const float rating : found.fakes.ratings) {
      EXPECT_GT(rating, 0);
      EXPECT_LE(rating, 5);
      EXPECT_EQ(2 * rating, std::round(2 * rating));
    }
  }
}

// With mu = 0 nothing but X and Y has a slope, so the fakes rate nothing else.
TEST(Inversion, WithoutStealthFakesRateTheTargetsAlone) {
  const InversionTargets targets{{2}, {4, 5, 11}};
  const Descent found = descend(factors(40, 5, 3), targets, 2, false, {.step = .02});
  for (const std::uint32_t item : found.fakes.histories.row(0)) {
    EXPECT_TRUE(item == 2 || item == 4 || item == 5 || item == 11) << item;
  }
  EXPECT_TRUE(found.fakes.ratings.empty());
}

TEST(Inversion, RefusesWhatDoesNotFit) {
  const InversionTargets targets{{2}, {4}};
  EXPECT_THROW(descend(factors(4, 2, 1), targets, 2, false, {}), Error);  // item 4 of 4
  EXPECT_THROW(descend(factors(9, 2, 1), targets, 0, false, {}), Error);
  EXPECT_THROW(descend(factors(9, 2, 1), targets, 2, false, {.mu = -1}), Error);
  EXPECT_THROW(descend(factors(9, 2, 1), targets, 2, false, {.regularization = 0}), Error);
  EXPECT_THROW(descend(factors(9, 2, 1), {{2}, {}}, 2, false, {}), Error);
}

TEST(Inversion, DecoysAreOfTheirKind) {
  const Interactions people = support::random_interactions({.users = 300, .items = 120}, 6);
  std::vector<std::uint32_t> count(people.n_items, 0);
  for (const std::uint32_t item : people.items) ++count[item];
  const std::vector<std::uint32_t> sensitive{3};
  const auto mean = [&](Decoys kind) {
    double sum = 0;
    Rng rng(2);
    for (int repeat = 0; repeat < 50; ++repeat) {
      const auto decoys = choose_decoys(kind, people, sensitive, 3, rng);
      EXPECT_EQ(std::set<std::uint32_t>(decoys.begin(), decoys.end()).size(), 3u);
      for (const std::uint32_t item : decoys) {
        EXPECT_NE(item, 3u);
        EXPECT_GT(count[item], 0u);
        sum += count[item];
      }
    }
    return sum;
  };
  EXPECT_LT(mean(Decoys::rare), mean(Decoys::random));
  EXPECT_LT(mean(Decoys::random), mean(Decoys::popular));
  Rng rng(1);
  EXPECT_THROW(choose_decoys(Decoys::random, people, sensitive, 1000, rng), Error);
}

TEST(Inversion, FlagsThoseShownEnoughDecoys) {
  RankedLists lists;
  lists.n_items = 10;
  lists.append(std::vector<std::uint32_t>{1, 2, 3});
  lists.append(std::vector<std::uint32_t>{4, 2, 3});
  lists.append(std::vector<std::uint32_t>{});
  lists.append(std::vector<std::uint32_t>{9, 8, 3});
  const std::vector<std::uint32_t> decoys{2, 3};
  const auto shown = decoys_shown(lists, decoys);
  EXPECT_EQ(shown, (std::vector<std::uint32_t>{2, 2, 0, 1}));
  const std::vector<std::uint8_t> has{1, 0, 1, 1};
  EXPECT_EQ(infer(shown, has, 1).flagged, 3u);
  EXPECT_EQ(infer(shown, has, 1).hits, 2u);
  EXPECT_EQ(infer(shown, has, 2).flagged, 2u);
  EXPECT_EQ(infer(shown, has, 2).hits, 1u);
  EXPECT_THROW(infer(shown, std::vector<std::uint8_t>{1}, 1), Error);
}

TEST(Inversion, APublicShareIsThatManyPeople) {
  const Interactions people = support::random_interactions({.users = 50, .items = 30}, 6);
  std::vector<float> ratings;
  for (std::size_t e = 0; e < people.size(); ++e) ratings.push_back(static_cast<float>(e));
  Rng rng(1);
  const Accounts all = public_share(people, ratings, 1, rng);
  EXPECT_EQ(all.histories.items, people.items);
  EXPECT_EQ(all.ratings, ratings);
  const Accounts some = public_share(people, ratings, .3, rng);
  EXPECT_EQ(some.histories.n_users(), 15u);
  ASSERT_EQ(some.ratings.size(), some.histories.size());
  for (std::size_t e = 0; e < some.ratings.size(); ++e) {
    EXPECT_EQ(people.items[static_cast<std::size_t>(some.ratings[e])], some.histories.items[e]);
  }
  EXPECT_THROW(public_share(people, ratings, 0, rng), Error);
}

}  // namespace
}  // namespace recveil::attack
