#include <gtest/gtest.h>

#include <vector>

#include "attack/membership.h"
#include "core/error.h"
#include "core/random.h"
#include "support/attack_difference.h"
#include "support/attack_population.h"

namespace recveil {
namespace {

// Items 0 to 3 have unit vectors, item 4 has none.
Matrix unit_vectors() {
  Matrix items{5, 4, std::vector<float>(20)};
  for (std::size_t i = 0; i < 4; ++i) items.row(i)[i] = 1;
  return items;
}

std::vector<float> one_person(const std::vector<std::uint32_t> &history,
                              const std::vector<std::uint32_t> &list) {
  attack::Population population;
  population.histories.n_items = population.lists.n_items = 5;
  support::append_person(population, history, list, true);
  return attack::difference_vectors(population, unit_vectors()).data;
}

void expect_near(const std::vector<float> &z, const std::vector<float> &expected) {
  ASSERT_EQ(z.size(), expected.size());
  for (std::size_t c = 0; c < z.size(); ++c) EXPECT_NEAR(z[c], expected[c], 1e-6f) << c;
}

TEST(DifferenceVectors, ByHand) {
  expect_near(one_person({0, 1}, {1, 2, 3}), {0.5f, 0.5f - 3 / 6.0f, -2 / 6.0f, -1 / 6.0f});
}

TEST(DifferenceVectors, UnknownItemsAreLeftOut) {
  expect_near(one_person({0, 4}, {1, 4, 3}), {1, -3 / 4.0f, 0, -1 / 4.0f});
  expect_near(one_person({4}, {0}), {-1, 0, 0, 0});
  expect_near(one_person({2}, {4}), {0, 0, 1, 0});
}

TEST(DifferenceVectors, OfEmptySidesAreZero) {
  expect_near(one_person({}, {3}), {0, 0, 0, -1});
  expect_near(one_person({3}, {}), {0, 0, 0, 1});
  expect_near(one_person({}, {}), {0, 0, 0, 0});
}

TEST(DifferenceVectors, PlacesMayWeighTheSame) {
  const attack::Population population = support::random_population(20, 4);
  Matrix items{support::kItems, 2, {}};
  for (std::size_t i = 0; i < items.rows; ++i) {
    items.data.insert(items.data.end(), {1, static_cast<float>(i)});
  }
  const Matrix z = attack::difference_vectors(population, items, attack::ListWeights::uniform);
  for (std::size_t u = 0; u < z.rows; ++u) {
    const auto mean = [](std::span<const std::uint32_t> row) {
      double sum = 0;
      for (const std::uint32_t item : row) sum += item;
      return row.empty() ? 0 : sum / static_cast<double>(row.size());
    };
    const double expected = mean(population.histories.row(u)) - mean(population.lists.row(u));
    EXPECT_NEAR(static_cast<double>(z.row(u)[1]), expected, 1e-4) << u;
  }
}

// Some 50 float additions of numbers near 1: 1e-5 is far above their rounding.
TEST(DifferenceVectors, AgreeWithTheFormula) {
  Rng rng(1);
  Matrix items{support::kItems, 13, {}};
  for (std::size_t i = 0; i < items.rows; ++i) {
    const bool known = rng.uniform() < 0.8;
    for (std::size_t c = 0; c < items.cols; ++c) {
      items.data.push_back(known ? static_cast<float>(rng.normal()) : 0.0f);
    }
  }
  const attack::Population population = support::random_population(100, 2);
  const Matrix z = attack::difference_vectors(population, items);
  ASSERT_EQ(z.rows, 200u);
  ASSERT_EQ(z.cols, 13u);
  for (std::size_t u = 0; u < z.rows; ++u) {
    const std::vector<double> slow = support::slow_difference_vector(
        population.histories.row(u), population.lists.row(u), items);
    for (std::size_t c = 0; c < z.cols; ++c) {
      EXPECT_NEAR(static_cast<double>(z.row(u)[c]), slow[c], 1e-5) << u << ' ' << c;
    }
  }
}

TEST(DifferenceVectors, RefuseWhatDoesNotFit) {
  attack::Population population = support::random_population(2, 3);
  EXPECT_THROW(attack::difference_vectors(population, unit_vectors()), Error);
  population.lists.append(std::vector<std::uint32_t>{1});
  EXPECT_THROW(attack::difference_vectors(population, support::taste_auxiliary().item_vectors),
               Error);
}

}  // namespace
}  // namespace recveil
