#include "defense/fold/ridge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "support/fold_slow.h"

namespace recveil::defense {
namespace {

using support::FoldItems;
using support::known_history;

struct Loss {
  double observed, unobserved, regularization, exponent;
};
// Scaled by frequency; Hu et al.; only observed pairs; all weights equal; a power between.
const std::vector<Loss> kLosses{
    {1, 0.1, 0.01, 1}, {41, 1, 10, 0}, {1, 0, 0.1, 1}, {1, 1, 2, 0}, {2, 0.5, 0.3, 0.5}};

FactorTable with(FactorTable table, const Loss &loss) {
  table.observed_weight = loss.observed;
  table.unobserved_weight = loss.unobserved;
  table.regularization = loss.regularization;
  table.regularization_exponent = loss.exponent;
  return table;
}

std::vector<const Kernels *> machine_kernels() {
  std::vector<const Kernels *> all;
  for (const InstructionSet set :
       {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (const Kernels *found = find_kernels(set)) all.push_back(found);
  }
  return all;
}

std::vector<float> solved(const RidgeFold &ridge, std::vector<std::uint32_t> known) {
  std::sort(known.begin(), known.end());
  std::vector<char> memory(1 << 21);
  Carver carver(memory.data());
  const RidgeScratch scratch(carver, ridge.d());
  if (!ridge.solve({known}, scratch)) return {};
  return {scratch.x, scratch.x + ridge.d()};
}

// The bar of 1e-5 with a hundred times to spare: float has 6e-8, and one step of refinement leaves
// its square times the condition number (below 10^4 here).
TEST(FoldRidge, AgreesWithTheDenseSolutionInDouble) {
  for (const std::size_t d : {1u, 5u, 16u, 17u, 64u, 100u}) {
    FoldItems items(500, d, static_cast<std::uint32_t>(d));
    for (const Loss &loss : kLosses) {
      items.table = with(items.table, loss);
      const RidgeFold ridge(items.table, items.support, best_kernels());
      for (const std::size_t n : {1u, 20u, 63u, 64u, 65u, 200u}) {
        const auto known = known_history(items, n, 7);
        const auto row = solved(ridge, known);
        ASSERT_EQ(row.size(), d);
        EXPECT_LE(support::relative_error(row, support::slow_fold_in(items, known)), 1e-7)
            << "d " << d << " n " << n << " w0 " << loss.unobserved;
      }
    }
  }
}

std::vector<float> solved_weighted(const RidgeFold &ridge, std::vector<std::uint32_t> items,
                                   std::vector<float> weights) {
  std::vector<char> memory(1 << 21);
  Carver carver(memory.data());
  const RidgeScratch scratch(carver, ridge.d());
  if (!ridge.solve({items, weights.data()}, scratch)) return {};
  return {scratch.x, scratch.x + ridge.d()};
}

// Weights below and above w0 in one history, and w1 below w0; biases with the residual or without;
// ridge by count: all against the dense solution, on every instruction set with the same bits.
TEST(FoldRidge, AgreesWithTheDenseSolutionForWeightsAndBiases) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> weight(0.01f, 6), bias(-0.5f, 0.5f);
  for (const std::size_t d : {1u, 7u, 16u, 33u, 64u}) {
    FoldItems items(500, d, static_cast<std::uint32_t>(d));
    std::vector<float> biases(500);
    for (float &b : biases) b = bias(random);
    for (int variant = 0; variant < 8; ++variant) {
      items.table = with(items.table, {0.4, 0.9, 0.05, 0.5});  // w1 below w0
      items.table.bias = (variant & 1) != 0 ? biases.data() : nullptr;
      items.table.bias_residual = (variant & 1) != 0;
      items.table.ridge_by_count = (variant & 2) != 0;
      for (const std::size_t n : {1u, 63u, 65u, 200u}) {
        auto known = known_history(items, n, 7);
        std::sort(known.begin(), known.end());
        std::vector<float> weights;
        for (std::size_t i = 0; i < n; ++i) weights.push_back(weight(random));
        const bool weighted = (variant & 4) != 0;
        std::vector<float> first;
        for (const Kernels *kernels : machine_kernels()) {
          const RidgeFold ridge(items.table, items.support, *kernels);
          const auto row = weighted ? solved_weighted(ridge, known, weights) : solved(ridge, known);
          ASSERT_EQ(row.size(), d);
          const auto slow = support::slow_fold_in(
              items, known, weighted ? std::span<const float>(weights) : std::span<const float>());
          EXPECT_LE(support::relative_error(row, slow), 1e-6)
              << "d " << d << " n " << n << " variant " << variant << " " << kernels->name;
          if (first.empty()) first = row;
          EXPECT_EQ(first, row) << kernels->name;
        }
      }
    }
  }
}

// Equal weights are the model's own weight.
TEST(FoldRidge, EqualWeightsAreOneWeight) {
  FoldItems items(500, 20, 3);
  items.table = with(items.table, {3, 0.5, 0.1, 0.5});
  auto known = known_history(items, 90, 7);
  std::sort(known.begin(), known.end());
  const RidgeFold ridge(items.table, items.support, best_kernels());
  const auto one = solved(ridge, known),
             many = solved_weighted(ridge, known, std::vector<float>(90, 3));
  const std::vector<double> wanted(one.begin(), one.end());
  EXPECT_LE(support::relative_error(many, wanted), 1e-6);
}

// A condition number near 10^5, where float alone is off by 10^-3.
TEST(FoldRidge, RefinesIllConditionedSystems) {
  FoldItems items(3000, 32, 1);
  for (std::size_t i = 0; i < items.support.size(); ++i) {
    for (std::size_t c = 1; c < 32; ++c) items.factors[i * items.stride + c] *= 0.003f;
  }
  items.table = with(items.table, {1, 0.5, 1e-3, 0});
  const RidgeFold ridge(items.table, items.support, best_kernels());
  const auto known = known_history(items, 200, 3);
  EXPECT_LE(support::relative_error(solved(ridge, known), support::slow_fold_in(items, known)),
            1e-5);
}

// All instruction sets give the same bits: replicas on other machines serve the same lists.
TEST(FoldRidge, IsTheSameBitsOnEveryInstructionSet) {
  const auto all = machine_kernels();
  for (const std::size_t d : {3u, 16u, 40u, 64u}) {
    FoldItems items(300, d, 9);
    for (const Loss &loss : kLosses) {
      items.table = with(items.table, loss);
      for (const std::size_t n : {1u, 30u, 130u}) {
        const auto known = known_history(items, n, 5);
        const RidgeFold first(items.table, items.support, *all[0]);
        const auto wanted = solved(first, known);
        std::vector<float> wanted_scores(300);
        std::vector<float> x(padded(d));
        std::copy(wanted.begin(), wanted.end(), x.begin());
        all[0]->scores(items.table.items, items.stride, 300, d, x.data(), wanted_scores.data());
        for (const Kernels *kernels : all) {
          const RidgeFold ridge(items.table, items.support, *kernels);
          const auto got = solved(ridge, known);
          ASSERT_EQ(got.size(), d);
          for (std::size_t c = 0; c < d; ++c) {
            ASSERT_EQ(std::bit_cast<std::uint32_t>(got[c]), std::bit_cast<std::uint32_t>(wanted[c]))
                << kernels->name << " d " << d << " n " << n;
          }
          std::vector<float> scores(300);
          kernels->scores(items.table.items, items.stride, 300, d, x.data(), scores.data());
          ASSERT_EQ(scores, wanted_scores) << kernels->name;
        }
      }
    }
  }
}

TEST(FoldRidge, SaysWhenSinglePrecisionIsNotEnough) {
  FoldItems items(100, 4, 2);
  for (std::size_t i = 0; i < 100; ++i) {  // two columns alike: singular but for the ridge
    items.factors[i * items.stride + 1] = items.factors[i * items.stride] *= 1000;
  }
  items.table = with(items.table, {1, 0, 1e-9, 0});
  const RidgeFold ridge(items.table, items.support, best_kernels());
  EXPECT_TRUE(solved(ridge, known_history(items, 50, 1)).empty());
  EXPECT_EQ(solved(ridge, {}), std::vector<float>(4, 0.0f));
}

}  // namespace
}  // namespace recveil::defense
