// Hypothesis: the places of a user's list are a uniform draw without replacement, so that two of
// them are any of the N (N - 1) ordered pairs of positions with the same probability.
//
// n = 10^7 users of one key, pool N = 1000 (10^5 under a sanitizer). Looked at are the places (0,
// 1), which come from one block of the cipher; (0, 32), from two; (0, 33). For each pair: Pearson's
// chi-square over all 999,000 pairs (10 expected a cell), over 10 x 10 bins, over the difference
// modulo N, and of each place alone; how often the two positions are neighbours; and that they are
// never equal. 7 statistics for each of 3 pairs, each |z| < 6: a false alarm in 21 * 2e-9 = 4e-8 of
// runs. A generator that is weak on purpose goes through the same test and must fail it (not under
// a sanitizer: it takes all of the 10^7).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "defense/serve/draw.h"
#include "support/draw_statistics.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kPool = 1000;
#ifdef RECVEIL_SANITIZED
constexpr std::uint64_t kUsers = 100'000;
#else
constexpr std::uint64_t kUsers = 10'000'000;
#endif
constexpr std::array<std::size_t, 3> kSecond{1, 32, 33};
using Slots = std::array<std::uint32_t, 4>;  // places 0, 1, 32, 33

// counts[pair][i * kPool + j]: place 0 had position i, and the second place position j.
struct Tally {
  std::vector<std::vector<std::uint32_t>> counts;
  Tally &operator+=(const Tally &other) {
    for (std::size_t pair = 0; pair < counts.size(); ++pair) {
      for (std::size_t c = 0; c < counts[pair].size(); ++c)
        counts[pair][c] += other.counts[pair][c];
    }
    return *this;
  }
};

template <class Generator>
Tally tally_of(Generator generator) {
  return support::count_on_two_threads<Tally>(
      kUsers,
      [] {
        return Tally{{kSecond.size(), std::vector<std::uint32_t>(kPool * kPool)}};
      },
      [&](Tally &tally, std::uint64_t user) {
        const Slots slots = generator(user);
        for (std::size_t pair = 0; pair < kSecond.size(); ++pair) {
          ++tally.counts[pair][slots[0] * kPool + slots[pair + 1]];
        }
      });
}

using Counts = std::vector<double>;

// counts and expected counts of the pairs, summed over groups of pairs: group(i, j) below n_groups.
template <class Group>
double grouped_z(const std::vector<std::uint32_t> &pairs, std::size_t n_groups, Group group) {
  Counts counts(n_groups), expected(n_groups);
  const double each = static_cast<double>(kUsers) / (kPool * (kPool - 1));
  for (std::size_t i = 0; i < kPool; ++i) {
    for (std::size_t j = 0; j < kPool; ++j) {
      counts[group(i, j)] += pairs[i * kPool + j];
      if (i != j) expected[group(i, j)] += each;
    }
  }
  return support::pearson_z<double>(counts, expected);
}

double neighbours_z(const std::vector<std::uint32_t> &pairs, bool above) {
  double hits = 0;
  for (std::size_t i = 0; i + 1 < kPool; ++i) {
    hits += above ? pairs[i * kPool + i + 1] : pairs[(i + 1) * kPool + i];
  }
  return support::binomial_z(hits, static_cast<double>(kUsers), 1.0 / kPool);
}

// Every statistic of every pair, by name.
std::map<std::string, double> statistics(const Tally &tally) {
  std::map<std::string, double> z;
  for (std::size_t pair = 0; pair < kSecond.size(); ++pair) {
    const auto &pairs = tally.counts[pair];
    const std::string name = "(0, " + std::to_string(kSecond[pair]) + ") ";
    z[name + "all pairs"] =
        grouped_z(pairs, kPool * kPool, [](auto i, auto j) { return i * kPool + j; });
    z[name + "10 x 10"] =
        grouped_z(pairs, 100, [](auto i, auto j) { return i / 100 * 10 + j / 100; });
    z[name + "difference"] =
        grouped_z(pairs, kPool, [](auto i, auto j) { return (j + kPool - i) % kPool; });
    z[name + "first"] = grouped_z(pairs, kPool, [](auto i, auto) { return i; });
    z[name + "second"] = grouped_z(pairs, kPool, [](auto, auto j) { return j; });
    z[name + "next above"] = neighbours_z(pairs, true);
    z[name + "next below"] = neighbours_z(pairs, false);
  }
  return z;
}

std::uint64_t equal_positions(const Tally &tally) {
  std::uint64_t equal = 0;
  for (const auto &pairs : tally.counts) {
    for (std::size_t i = 0; i < kPool; ++i) equal += pairs[i * kPool + i];
  }
  return equal;
}

double largest(const std::map<std::string, double> &z) {
  double out = 0;
  for (const auto &[name, value] : z) out = std::max(out, std::abs(value));
  return out;
}

#ifndef RECVEIL_SANITIZED
// A cheap keyed permutation as one finds them: a Feistel network of 8 rounds on two halves of 5
// bits, its round function a multiplication and a shift, its round keys from SplitMix64. Place i
// has the position that i is mapped to, walking on until it is below 1000. Every place alone looks
// uniform.
Slots weak(std::uint64_t user) {
  std::array<std::uint64_t, 8> round_keys;
  for (std::uint64_t r = 0; r < 8; ++r) {
    std::uint64_t x = (8 * user + r + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    round_keys[r] = x ^ x >> 31;
  }
  const auto permuted = [&](std::uint64_t x) {
    std::uint64_t left = x >> 5, right = x & 31;
    for (const std::uint64_t key : round_keys) {
      const std::uint64_t mixed = (right + key) * 0x9E3779B97F4A7C15u >> 59;
      left = std::exchange(right, left ^ mixed);
    }
    return left << 5 | right;
  };
  Slots out{0, 1, 32, 33};
  for (std::uint32_t &place : out) {
    std::uint64_t x = permuted(place);
    while (x >= kPool) x = permuted(x);
    place = static_cast<std::uint32_t>(x);
  }
  return out;
}

TEST(DrawStatistics, AWeakGeneratorFails) {
  const Tally tally = tally_of(weak);
  EXPECT_EQ(equal_positions(tally), 0u) << "it is a permutation";
  const auto z = statistics(tally);
  EXPECT_GT(largest(z), 60) << "ten times what is allowed";
  RecordProperty("largest_z", std::to_string(largest(z)));
}
#endif

TEST(DrawStatistics, TwoPlacesAreIndependentAndUniform) {
  Key key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i)
    key.bytes[i] = static_cast<unsigned char>(7 * i);
  const Tally tally = tally_of([&](std::uint64_t user) {
    std::array<std::uint32_t, 34> list;
    EXPECT_EQ(draw_slate(key, user, kPool, list.size(), {}, 0, list), list.size());
    return Slots{list[0], list[1], list[32], list[33]};
  });
  EXPECT_EQ(equal_positions(tally), 0u);
  const auto z = statistics(tally);
  for (const auto &[name, value] : z) EXPECT_LT(std::abs(value), 6) << name;
  RecordProperty("largest_z", std::to_string(largest(z)));
}

}  // namespace
}  // namespace recveil::defense
