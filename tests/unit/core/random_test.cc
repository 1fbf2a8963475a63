#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace recveil {
namespace {

// The generator is the one of the C++ standard, so the standard library's is the slow twin.
std::mt19937_64 twin(std::uint64_t seed, std::uint64_t stream) {
  return std::mt19937_64(seed * 0x9E3779B97F4A7C15u ^ (stream + 1) * 0xD1B54A32D192ED03u);
}

TEST(Rng, UniformIsTheGeneratorOver2To64) {
  for (const std::uint64_t seed : {0u, 1u, 77u}) {
    for (const std::uint64_t stream : {0u, 1u, 11u}) {
      Rng rng(seed, stream);
      std::mt19937_64 engine = twin(seed, stream);
      for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(rng.uniform(), static_cast<double>(engine()) * 0x1p-64);
      }
    }
  }
}

// Written down once: the same seed must give the same experiments on every machine and release.
TEST(Rng, KeepsItsGoldenValues) {
  Rng rng(1);
  std::vector<std::uint64_t> below;
  for (const std::uint64_t n : {2ull, 10ull, 1000ull, 1ull << 32, ~0ull}) {
    below.push_back(rng.below(n));
  }
  EXPECT_EQ(below, (std::vector<std::uint64_t>{0, 2, 24, 3725364260, 18256735932287612195u}));
  EXPECT_DOUBLE_EQ(rng.normal(), 0.75232936428764308);
  EXPECT_DOUBLE_EQ(rng.normal(), -0.0077989376187494368);
  std::vector<int> values(10);
  std::iota(values.begin(), values.end(), 0);
  rng.shuffle(values);
  EXPECT_EQ(values, (std::vector<int>{2, 7, 6, 1, 8, 9, 4, 5, 0, 3}));
}

// Hypothesis: below(10) is uniform. n = 100,000; chi-square with 9 degrees of freedom is above 60.7
// with probability below 1e-9 (scipy.stats.chi2.isf(1e-9, 9) = 60.66).
TEST(Rng, BelowIsUniform) {
  Rng rng(5);
  std::array<double, 10> counts{};
  for (int i = 0; i < 100000; ++i) ++counts[rng.below(10)];
  double chi2 = 0;
  for (const double count : counts) chi2 += (count - 10000) * (count - 10000) / 10000;
  EXPECT_LT(chi2, 60.7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rng.below(1), 0u);
}

// Hypothesis: every one of the 24 orders of four values is as likely. n = 240,000; chi-square with
// 23 degrees of freedom is above 89.2 with probability below 1e-9 (isf(1e-9, 23) = 89.12).
TEST(Rng, ShuffleIsUniform) {
  Rng rng(6);
  std::vector<double> counts(256);
  for (int i = 0; i < 240000; ++i) {
    std::vector<unsigned> order{0, 1, 2, 3};
    rng.shuffle(order);
    ++counts[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]];
  }
  double chi2 = 0;
  int orders = 0;
  for (const double count : counts) {
    if (count == 0) continue;
    ++orders;
    chi2 += (count - 10000) * (count - 10000) / 10000;
  }
  EXPECT_EQ(orders, 24);
  EXPECT_LT(chi2, 89.2);
}

// Hypothesis: two streams of one seed are not correlated. n = 100,000 pairs of uniform numbers;
// their correlation times sqrt(n) is standard normal, above 6 in magnitude with probability 2e-9.
TEST(Rng, StreamsAreIndependent) {
  constexpr int kPairs = 100000;
  for (const auto &[a, b] : {std::pair{Rng(9, 0), Rng(9, 1)}, {Rng(9, 0), Rng(10, 0)}}) {
    Rng first = a, second = b;
    double sum = 0;
    for (int i = 0; i < kPairs; ++i) sum += (first.uniform() - 0.5) * (second.uniform() - 0.5);
    EXPECT_LT(std::abs(sum * 12 / std::sqrt(kPairs)), 6);
  }
}

}  // namespace
}  // namespace recveil
