// Whole lists: k = 100 of N = 1000 positions. Every tolerance is |z| < 6, probability 2e-9 each.
#include <gtest/gtest.h>

#include <array>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "defense/serve/draw.h"
#include "support/draw_statistics.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kPool = 1000, kLength = 100;
constexpr double N = kPool, K = kLength;
#ifdef RECVEIL_SANITIZED
constexpr std::uint64_t kUsers = 20'000, kTriples = 10'000;
#else
constexpr std::uint64_t kUsers = 2'000'000, kTriples = 300'000;
#endif

using List = std::array<std::uint32_t, kLength>;

Key key_of(std::uint64_t number) {
  Key key;
  std::memcpy(key.bytes.data(), &number, sizeof(number));
  return key;
}

List list_of(const Key &key, std::uint64_t user) {
  List list;
  EXPECT_EQ(draw_slate(key, user, kPool, kLength, {}, 0, list), kLength);
  return list;
}

// counts[slot * kPool + position].
struct SlotCounts {
  std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(kLength * kPool);
  SlotCounts &operator+=(const SlotCounts &other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    return *this;
  }
};

// Hypothesis: each place holds each position with probability 1 / N, and a list holds each position
// with probability k / N. n = 2 * 10^6 users of one key. 102 statistics: false alarm 2e-7.
TEST(DrawLists, EveryPositionIsAsLikelyInTheListAndInEachPlace) {
  const Key key = key_of(1);
  const SlotCounts tally = support::count_on_two_threads<SlotCounts>(
      kUsers, [] { return SlotCounts{}; },
      [&](SlotCounts &slots, std::uint64_t user) {
        const List list = list_of(key, user);
        for (std::size_t slot = 0; slot < kLength; ++slot)
          ++slots.counts[slot * kPool + list[slot]];
      });
  const auto n = static_cast<double>(kUsers);
  const std::vector<double> expected(kPool, n / N);
  double total = 0;
  std::vector<double> included(kPool);
  for (std::size_t slot = 0; slot < kLength; ++slot) {
    const std::span<const std::uint32_t> counts(tally.counts.data() + slot * kPool, kPool);
    EXPECT_LT(std::abs(support::pearson_z(counts, std::span<const double>(expected))), 6) << slot;
    for (std::size_t i = 0; i < kPool; ++i) {
      const double off = counts[i] - n / N;
      total += off * off / (n / N);
      included[i] += counts[i];
    }
  }
  // All places together. Two places of one list are never equal, so that their counts have the
  // covariance -(I - J/N) / (N (N - 1)) a user: over the places its eigenvalues are N / (N - 1), k
  // - 1 times, and (N - k) / (N - 1) once, each N - 1 times over the positions.
  const double squares = (K - 1) * std::pow(N / (N - 1), 2) + std::pow((N - K) / (N - 1), 2);
  EXPECT_LT(std::abs((total - K * (N - 1)) / std::sqrt(2 * (N - 1) * squares)), 6);
  // How often a position is in a list at all: p (1 - p) N / (N - 1) (I - J/N), p = k / N.
  const double p = K / N, variance = n * p * (1 - p) * N / (N - 1);
  double chi_square = 0;
  for (const double count : included) chi_square += (count - n * p) * (count - n * p) / variance;
  EXPECT_LT(std::abs(support::chi_square_z(chi_square, N - 1)), 6);
}

// Three lists that should have nothing to do with each other.
struct Triple {
  List a, b, c;
};

std::size_t overlap(const List &a, const List &b) {
  std::bitset<kPool> in_a, in_b;
  for (const std::uint32_t position : a) in_a.set(position);
  for (const std::uint32_t position : b) in_b.set(position);
  return (in_a & in_b).count();
}

struct Overlaps {
  std::array<std::vector<std::uint64_t>, 3> counts;  // by overlap: of a, b; of b, c; of a, c
  std::array<double, 3> products{};                  // of the deviations of two of them
  std::uint64_t matches = 0;                         // places where a and b have the same position
  Overlaps() {
    for (auto &of_pair : counts) of_pair.resize(kLength + 1);
  }
  Overlaps &operator+=(const Overlaps &other) {
    for (std::size_t pair = 0; pair < 3; ++pair) {
      for (std::size_t i = 0; i <= kLength; ++i) counts[pair][i] += other.counts[pair][i];
      products[pair] += other.products[pair];
    }
    matches += other.matches;
    return *this;
  }
  void add(const Triple &lists) {
    const std::array<std::size_t, 3> sizes{overlap(lists.a, lists.b), overlap(lists.b, lists.c),
                                           overlap(lists.a, lists.c)};
    for (std::size_t pair = 0; pair < 3; ++pair) {
      ++counts[pair][sizes[pair]];
      const auto off = [&](std::size_t i) { return static_cast<double>(sizes[i]) - K * K / N; };
      products[pair] += off(pair) * off((pair + 1) % 3);
    }
    for (std::size_t slot = 0; slot < kLength; ++slot) matches += lists.a[slot] == lists.b[slot];
  }
};

// Hypothesis: the three lists of a triple are independent, so that
// - two of them share a hypergeometric number of positions: mean k * k / N = list_length * ratio =
// 10;
//   mean, variance (its error from the fourth moment) and the whole distribution are tested, the
//   latter over the overlaps that are expected 20 times or more, the rest in one cell;
// - the overlap of a and b is not correlated with that of b and c, nor with that of a and c: what a
//   and b share says nothing of c;
// - a and b have the same position in the same place in k / N places on average.
// n = 300,000 triples. 3 * 3 + 3 + 1 = 13 statistics: false alarm 3e-8.
template <class Draw>
void expect_independent(const std::string &of, Draw draw) {
  const Overlaps tally = support::count_on_two_threads<Overlaps>(
      kTriples, [] { return Overlaps(); },
      [&](Overlaps &overlaps, std::uint64_t i) { overlaps.add(draw(i)); });
  const auto n = static_cast<double>(kTriples);
  const std::vector<double> p = support::hypergeometric(N, K, kLength);
  ASSERT_NEAR(support::moment(p, 1), 10, 1e-9);
  const double variance = support::moment(p, 2);
  for (std::size_t pair = 0; pair < 3; ++pair) {
    double sum = 0, squares = 0;
    std::vector<double> counts(1), expected(1);  // the first cell: what is rare
    for (std::size_t i = 0; i < p.size(); ++i) {
      const auto count = static_cast<double>(tally.counts[pair][i]);
      const double off = static_cast<double>(i) - 10;
      sum += count * off;
      squares += count * off * off;
      if (n * p[i] < 20) {
        counts[0] += count;
        expected[0] += n * p[i];
      } else {
        counts.push_back(count);
        expected.push_back(n * p[i]);
      }
    }
    EXPECT_LT(std::abs(sum / std::sqrt(n * variance)), 6) << of << ": mean overlap";
    const double error = std::sqrt(n * (support::moment(p, 4) - variance * variance));
    EXPECT_LT(std::abs((squares - n * variance) / error), 6) << of << ": variance of the overlap";
    EXPECT_LT(std::abs(support::pearson_z<double>(counts, expected)), 6) << of << ": overlaps";
    EXPECT_LT(std::abs(tally.products[pair] / variance / std::sqrt(n)), 6)
        << of << ": correlation of overlaps";
  }
  // Variance of the matches of one pair of lists: k/N (1 - 1/N) + k (k - 1) (1/(N (N - 1)) -
  // 1/N^2).
  const double of_pair = K / N * (1 - 1 / N) + K * (K - 1) * (1 / (N * (N - 1)) - 1 / (N * N));
  EXPECT_LT(std::abs((static_cast<double>(tally.matches) - n * K / N) / std::sqrt(n * of_pair)), 6)
      << of << ": equal places";
}

TEST(DrawLists, UsersAreIndependent) {
  const Key key = key_of(2);
  expect_independent("consecutive users", [&](std::uint64_t i) {
    return Triple{list_of(key, 3 * i), list_of(key, 3 * i + 1), list_of(key, 3 * i + 2)};
  });
  expect_independent("users that differ in one bit", [&](std::uint64_t i) {
    return Triple{list_of(key, i), list_of(key, i ^ std::uint64_t{1} << 63),
                  list_of(key, i ^ std::uint64_t{1} << 32)};
  });
}

TEST(DrawLists, EpochsAreIndependent) {
  const Key master = key_of(3);
  expect_independent("consecutive epochs", [&](std::uint64_t i) {
    const auto epoch = static_cast<std::uint32_t>(3 * i);
    return Triple{list_of(serve_key(master, epoch), 5), list_of(serve_key(master, epoch + 1), 5),
                  list_of(serve_key(master, epoch + 2), 5)};
  });
}

TEST(DrawLists, KeysAreIndependent) {
  expect_independent("keys that differ in a few bits", [](std::uint64_t i) {
    return Triple{list_of(key_of(3 * i), 5), list_of(key_of(3 * i + 1), 5),
                  list_of(key_of(3 * i + 2), 5)};
  });
}

}  // namespace
}  // namespace recveil::defense
