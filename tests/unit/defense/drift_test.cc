#include "defense/fold/drift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "core/random.h"

namespace recveil::defense {
namespace {

TEST(Drift, OfWeightsIsTheLargestRise) {
  // Item 0: its weight to 1 rose by .1, and 2 came in over the heaviest left out, .2. Item 1:
  // nothing was there. Item 2: a weight fell. Item 3: nobody had it.
  const FoldSketch before{.support = {9, 9, 9, 0},
                          .d = 0,
                          .factors = {},
                          .offsets = {0, 1, 1, 2, 2},
                          .neighbors = {1, 1},
                          .weights = {.5F, .8F},
                          .beyond = {.2F, 0, 0, 0}};
  const FoldSketch now{.support = {9, 9, 9, 9},
                       .d = 0,
                       .factors = {},
                       .offsets = {0, 2, 3, 4, 5},
                       .neighbors = {1, 2, 3, 1, 0},
                       .weights = {.6F, .55F, .3F, .7F, .9F},
                       .beyond = {0, 0, 0, 0}};
  const std::vector<Place> items{{0, 0}, {1, 1}, {2, 2}, {3, 3}};
  const std::vector<double> drift = weight_drift(before, now, items);
  EXPECT_NEAR(drift[0], .35, 1e-6);
  EXPECT_NEAR(drift[1], .3, 1e-6);
  EXPECT_EQ(drift[2], 0);
  EXPECT_LT(drift[3], 0);
}

// What sketch() keeps of a row and weight_drift() makes of it, against sorting the whole row and
// looking every weight up.
TEST(Drift, OfWeightsIsThatOfWholeRowsSorted) {
  constexpr std::uint32_t kItems = 200;
  Rng rng(7);
  std::vector<std::uint32_t> all(kItems);
  std::iota(all.begin(), all.end(), 0u);
  struct Rows {
    std::vector<std::uint32_t> support = std::vector<std::uint32_t>(kItems, 5);
    std::vector<std::size_t> offsets{0};
    std::vector<std::uint32_t> items;
    std::vector<float> weights;
  } models[2];
  for (Rows &rows : models) {
    for (std::uint32_t item = 0; item < kItems; ++item) {
      std::vector<std::uint32_t> others = all;
      rng.shuffle(others);
      others.resize(rng.below(100));
      for (const std::uint32_t other : others) {
        rows.items.push_back(other);
        // Few values, so that many are equal; below 0 too.
        rows.weights.push_back(static_cast<float>(rng.below(9)) / 8 - .25F);
      }
      rows.offsets.push_back(rows.items.size());
    }
  }
  const auto lend = [](const Rows &rows) {
    LentModel out;
    out.kind = FoldKind::item_item;
    out.support = rows.support;
    out.weights = {rows.offsets.data(), rows.items.data(), rows.weights.data()};
    return out;
  };
  std::vector<Place> places;
  for (std::uint32_t item = 0; item < kItems; ++item) places.push_back({item, item});
  const FoldSketch before = sketch(lend(models[0]), all), now = sketch(lend(models[1]), all);
  const std::vector<double> drift = weight_drift(before, now, places);
  const auto kept = [&](const Rows &rows, std::uint32_t item) {
    std::vector<std::pair<float, std::uint32_t>> out;
    for (std::size_t e = rows.offsets[item]; e < rows.offsets[item + 1]; ++e) {
      if (rows.items[e] != item) out.emplace_back(-rows.weights[e], rows.items[e]);
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  for (std::uint32_t item = 0; item < kItems; ++item) {
    const auto was = kept(models[0], item), is = kept(models[1], item);
    const std::size_t n_was = std::min(was.size(), kRowLength),
                      n_is = std::min(is.size(), kRowLength);
    double most = 0;
    for (std::size_t i = 0; i < n_is; ++i) {
      double weight = was.size() > kRowLength ? -double{was[kRowLength].first} : 0;
      for (std::size_t j = 0; j < n_was; ++j) {
        if (was[j].second == is[i].second) weight = -double{was[j].first};
      }
      most = std::max(most, -double{is[i].first} - weight);
    }
    EXPECT_EQ(drift[item], most) << item;
    ASSERT_EQ(now.offsets[item + 1] - now.offsets[item], n_is) << item;
  }
}

struct Factors {
  std::vector<std::uint32_t> support;
  std::vector<float> rows;
  std::size_t d = 8;
  LentModel lend() const {
    LentModel out;
    out.support = support;
    out.factors.items = rows.data();
    out.factors.d = out.factors.stride = d;
    return out;
  }
};

Factors random_factors(std::uint64_t seed) {
  Factors out;
  Rng rng(seed);
  out.support.assign(400, 20);
  for (std::size_t i = 0; i < 400 * out.d; ++i)
    out.rows.push_back(static_cast<float>(rng.normal()));
  return out;
}

// The same factors in other axes, with a little noise.
Factors retrained(const Factors &from, std::uint64_t seed) {
  Factors out = from;
  Rng rng(seed);
  std::vector<double> map(from.d * from.d);
  for (double &value : map) value = rng.normal();
  for (std::size_t i = 0; i < from.support.size(); ++i) {
    for (std::size_t c = 0; c < from.d; ++c) {
      double sum = .05 * rng.normal();
      for (std::size_t k = 0; k < from.d; ++k) {
        sum += double{from.rows[i * from.d + k]} * map[k * from.d + c];
      }
      out.rows[i * from.d + c] = static_cast<float>(sum);
    }
  }
  return out;
}

ModelSketch sketched(const std::vector<Factors> &folds, std::uint32_t watched) {
  ModelSketch out;
  out.items = sketched_items(folds.front().support, {&watched, 1}, folds.front().d);
  for (const Factors &fold : folds) out.folds.push_back(sketch(fold.lend(), out.items));
  return out;
}

TEST(Drift, OfFactorsIgnoresTheirAxes) {
  const std::uint32_t watched = 17;
  const Factors last = random_factors(1);
  Factors next = retrained(last, 2);
  const ModelSketch before = sketched({last, last}, watched);
  const ModelSketch clean = sketched({next, retrained(last, 3)}, watched);
  const ItemChange ordinary = compare(before, clean, {&watched, 1}).front();
  ASSERT_TRUE(ordinary.compared);
  EXPECT_GT(ordinary.p_value, .01);
  // Items 30 and 31 and the watched one are pulled to one place, in the second fold alone.
  Factors pulled = next;
  for (const std::uint32_t item : {17u, 30u, 31u}) {
    for (std::size_t c = 0; c < pulled.d; ++c)
      pulled.rows[item * pulled.d + c] += c == 2 ? 40.F : 0;
  }
  const ModelSketch poisoned = sketched({next, pulled}, watched);
  const ItemChange found = compare(before, poisoned, {&watched, 1}).front();
  EXPECT_LT(found.p_value, 1e-4);
  EXPECT_EQ(found.fold, 1u);
  auto neighbors = new_neighbors(before, poisoned, pulled.lend(), found, 2);
  std::sort(neighbors.begin(), neighbors.end());
  EXPECT_EQ(neighbors, (std::vector<std::uint32_t>{30, 31}));
}

TEST(Drift, ComparesNothingWhereThereIsNothingToCompare) {
  const std::uint32_t watched = 17;
  Factors last = random_factors(1);
  const Factors next = retrained(last, 2);
  const ModelSketch now = sketched({next}, watched);
  EXPECT_FALSE(compare(ModelSketch{}, now, {&watched, 1}).front().compared);
  last.support[watched] = 0;  // nobody had it
  EXPECT_FALSE(compare(sketched({last}, watched), now, {&watched, 1}).front().compared);
}

TEST(Drift, SamplesAboutAsManyOrdinaryItemsOfEveryCatalogue) {
  const std::uint32_t watched = 99999;
  const std::vector<std::uint32_t> support(200000, 3);
  const auto items = sketched_items(support, {&watched, 1}, 64);
  // Binomial: 512 expected, deviation 23; six deviations.
  EXPECT_NEAR(static_cast<double>(items.size()), 513, 136);
  const std::vector<std::uint32_t> more(220000, 3);
  const auto later = sketched_items(more, {&watched, 1}, 64);
  std::vector<std::uint32_t> both;
  std::set_intersection(items.begin(), items.end(), later.begin(), later.end(),
                        std::back_inserter(both));
  EXPECT_GT(both.size(), items.size() * 8 / 10);
  EXPECT_EQ(sketched_items(std::vector<std::uint32_t>(380, 1), {}, 0).size(), 380u);
}

// Hypothesis: the watched item is an ordinary one. Of 4,000 trials with 256 peers that follow
// Pareto's law (index 5) and the rank where it is in the body, the count at .01 is binomial with
// mean near 40 and deviation 6.3; Hill's estimate from 25 exceedances moves it by up to a third.
// Beyond 40 +- 45 it is wrong.
TEST(Drift, AlarmsAsOftenAsItSays) {
  Rng rng(17);
  std::size_t alarms = 0, rare = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<double> ordinary(256);
    for (double &value : ordinary) value = std::pow(1 - rng.uniform(), -.2);
    const double p = tail_p_value(std::pow(1 - rng.uniform(), -.2), ordinary);
    if (p <= .01) ++alarms;
    if (p <= .001) ++rare;
  }
  EXPECT_GT(alarms, 8u);
  EXPECT_LT(alarms, 85u);
  EXPECT_LT(rare, 25u);
}

}  // namespace
}  // namespace recveil::defense
