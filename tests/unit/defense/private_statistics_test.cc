// What one person can change in the statistics, in integers and without tolerance.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/error.h"
#include "defense/private/block.h"
#include "defense/private/denoise.h"
#include "defense/private/noise.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"

namespace recveil::defense {
namespace {

constexpr std::uint32_t kItems = 400, kCatalogue = 120;

std::vector<std::uint32_t> random_history(std::mt19937_64 &random, std::size_t n) {
  static std::vector<std::uint32_t> all = [] {
    std::vector<std::uint32_t> items(kItems);
    std::iota(items.begin(), items.end(), 0);
    return items;
  }();
  for (std::size_t i = 0; i < n; ++i) {
    std::swap(all[i], all[i + random() % (kItems - i)]);
  }
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)};
}

Catalogue every_third() {
  std::vector<std::uint32_t> items(kCatalogue);
  for (std::uint32_t i = 0; i < kCatalogue; ++i) items[i] = 3 * i;
  return {items, kItems};
}

TEST(PrivateStatistics, NobodyMovesThemByMoreThanTheScale) {
  std::mt19937_64 random(1);
  const Catalogue catalogue = every_third();
  for (std::size_t person = 0; person < 100000; ++person) {
    // Lengths 0, 1, 2, all, and everything between.
    constexpr std::size_t kEnds[] = {0, 1, 2, kItems};
    const std::size_t kind = person % 50;
    const std::size_t length = kind < std::size(kEnds) ? kEnds[kind] : random() % (kItems / 8);
    const auto history = random_history(random, length);
    std::vector<std::int64_t> counts(kItems), triangle(triangle_size(kCatalogue));
    add_counts(history, counts);
    std::int64_t norm = 0;
    for (const std::int64_t count : counts) norm += count * count;
    ASSERT_LE(norm, kScale * kScale) << length;
    if (person % 20 != 0 && length < 20) continue;  // the triangle takes longer
    add_gram(history, catalogue, triangle);
    norm = 0;
    for (std::size_t i = 0; i < kCatalogue; ++i) {
      for (std::size_t j = i; j < kCatalogue; ++j) {
        const std::int64_t entry = triangle[triangle_at(kCatalogue, i, j)];
        norm += (i == j ? 1 : 2) * entry * entry;
      }
    }
    ASSERT_LE(norm, kScale * kScale) << length;
  }
}

TEST(PrivateStatistics, AreThoseOfTheDenseProduct) {
  std::mt19937_64 random(2);
  const Catalogue catalogue = every_third();
  std::vector<std::int64_t> triangle(triangle_size(kCatalogue));
  std::vector<std::int64_t> dense(kCatalogue * kCatalogue);
  for (int person = 0; person < 200; ++person) {
    const auto history = random_history(random, random() % 60);
    add_gram(history, catalogue, triangle);
    std::vector<std::int64_t> row(kCatalogue);
    for (const std::uint32_t item : history) {
      if (item % 3 == 0 && item / 3 < kCatalogue) row[item / 3] = 1;
    }
    const std::int64_t held = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    for (std::size_t i = 0; i < kCatalogue; ++i) {
      for (std::size_t j = 0; j < kCatalogue; ++j) {
        if (row[i] * row[j] != 0) dense[i * kCatalogue + j] += kScale / held;
      }
    }
  }
  for (std::size_t i = 0; i < kCatalogue; ++i) {
    for (std::size_t j = i; j < kCatalogue; ++j) {
      ASSERT_EQ(triangle[triangle_at(kCatalogue, i, j)], dense[i * kCatalogue + j]);
    }
  }
  EXPECT_EQ(triangle_at(kCatalogue, kCatalogue - 1, kCatalogue - 1) + 1, triangle.size());
}

// In batches of 1,024 people and more than that, with histories of any length and order.
TEST(PrivateStatistics, AreTheSameInBatches) {
  std::mt19937_64 random(4);
  const Catalogue catalogue = every_third();
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<std::int64_t> one_by_one(triangle_size(kCatalogue)), batched = one_by_one;
  for (int person = 0; person < 3000; ++person) {
    const auto history = random_history(random, person % 100 == 0 ? kItems : random() % 60);
    add_gram(history, catalogue, one_by_one);
    items.insert(items.end(), history.begin(), history.end());
    offsets.push_back(items.size());
  }
  add_grams(offsets, items, catalogue, batched);
  EXPECT_EQ(one_by_one, batched);
  add_grams(std::span(offsets).first(1), items, catalogue, batched);
  EXPECT_EQ(one_by_one, batched) << "nobody";
}

// One person in or out: the sums move by the integers of that row and nothing else does. With noise
// that is fixed by hand, which that of a release is not, the matrix moves by just that, and what is
// made of the two moved matrices is the same to the bit: no part of a model sees a person but
// through it.
TEST(PrivateStatistics, OnePersonMovesNothingButTheirOwnIntegers) {
  std::mt19937_64 random(5);
  constexpr int kPeople = 300;
  const Catalogue catalogue = every_third();
  const std::vector<std::uint32_t> places(catalogue.items().begin(), catalogue.items().end());
  std::vector<std::vector<std::uint32_t>> people;
  for (int person = 0; person < kPeople; ++person) {
    people.push_back(random_history(random, random() % 60));
  }
  people[0].clear();         // nothing at all
  people[1] = {1, 2, 4, 5};  // nothing in the catalogue
  people[2] = random_history(random, kItems);
  const auto collect = [&](std::span<const std::uint32_t> of, int without) {
    const BlockShape shape{kItems, of};
    std::vector<std::uint64_t> memory((StatisticsBlock::bytes(shape) + 7) / 8);
    StatisticsBlock::make(shape, memory.data(), memory.size() * 8);
    StatisticsBlock block(memory.data(), memory.size() * 8);
    for (int person = 0; person < kPeople; ++person) {
      if (person == without) continue;
      const auto &row = people[static_cast<std::size_t>(person)];
      block.add(std::vector<std::size_t>{0, row.size()}, row);
    }
    return memory;
  };
  const auto sums = [](std::vector<std::uint64_t> memory) {
    const auto all = StatisticsBlock(memory.data(), memory.size() * 8).sums();
    return std::vector<std::int64_t>(all.begin(), all.end());
  };
  Key key;
  key.bytes[0] = 9;
  const auto noisy = [&](const std::vector<std::int64_t> &triangle) {
    std::vector<double> out(kCatalogue * kCatalogue);
    for (std::size_t i = 0; i < kCatalogue; ++i) {
      for (std::size_t j = i; j < kCatalogue; ++j) {
        const std::size_t entry = triangle_at(kCatalogue, i, j);
        NoiseWords words(key, entry);
        const auto value = triangle[entry] + rounded_normal(words, i == j ? 300000 : 212133);
        out[i * kCatalogue + j] = out[j * kCatalogue + i] = static_cast<double>(value) / kScale;
      }
    }
    return out;
  };
  const auto counts = collect({}, -1), gram = collect(places, -1);
  const double sd = 212133.0 / kScale;
  for (const int who : {0, 1, 2, 3, 50, 299}) {
    const auto &row = people[static_cast<std::size_t>(who)];
    auto counts_without = collect({}, who), gram_without = collect(places, who);
    std::vector<std::int64_t> moved = sums(counts_without);
    add_counts(row, moved);
    EXPECT_EQ(moved, sums(counts)) << who;
    std::vector<std::int64_t> matrix = sums(gram_without);
    add_gram(row, catalogue, matrix);
    EXPECT_EQ(matrix, sums(gram)) << who;
    // Of the rest of a block only the number of people differs.
    for (std::size_t word = 0; word < 8; ++word) {
      EXPECT_EQ(counts[word] - counts_without[word], word == 2 ? 1u : 0u) << who;
      EXPECT_EQ(gram[word] - gram_without[word], word == 2 ? 1u : 0u) << who;
    }
    std::vector<double> with = noisy(sums(gram)), without = noisy(sums(gram_without));
    const auto held = catalogue.places(row);
    EXPECT_EQ(with == without, held.empty()) << who;
    for (const std::uint32_t i : held) {
      for (const std::uint32_t j : held) {
        const auto step = kScale / static_cast<std::int64_t>(held.size());
        without[i * kCatalogue + j] += static_cast<double>(step) / kScale;
      }
    }
    ASSERT_EQ(with, without) << who;  // exact: both are multiples of 2^-20
    const auto a = private_weights(with, kCatalogue, sd, 3),
               b = private_weights(without, kCatalogue, sd, 3);
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_EQ(a.n_above, b.n_above);
    EXPECT_EQ(a.regularization, b.regularization);
  }
}

// The same statistics have the same noise, so the bytes are those of a retry; one person more, or
// another release, has noise that has nothing to do with it.
TEST(PrivateRelease, NoiseBelongsToReleaseAndData) {
  const Key key = random_key();
  std::vector<std::int64_t> counts(1000, 5 * kScale);
  const auto noise = [&](const std::vector<std::int64_t> &of, std::uint64_t release) {
    std::vector<std::int64_t> out = noisy_counts(of, key, release, .5);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= of[i];
    return out;
  };
  const auto first = noise(counts, 1);
  EXPECT_EQ(first, noise(counts, 1));
  EXPECT_NE(first, noise(counts, 2));
  std::vector<std::int64_t> one_more = counts;
  add_counts(std::vector<std::uint32_t>{7}, one_more);
  const auto other = noise(one_more, 1);
  // Equal by chance: each entry with probability about 1 / (sigma sqrt(4 pi)), sigma = 2^21.
  std::size_t equal = 0;
  for (std::size_t i = 0; i < first.size(); ++i) equal += first[i] == other[i];
  EXPECT_LE(equal, 1u);
}

TEST(PrivateRelease, RefusesWhatIsNoCatalogue) {
  EXPECT_THROW(Catalogue({1, 2, 1}, 5), Error);
  EXPECT_THROW(Catalogue({5}, 5), Error);
  EXPECT_THROW(static_cast<void>(noise_sigma(kScale, 0)), Error);
  EXPECT_THROW(static_cast<void>(noise_sigma(kScale, 1e-9)), Error);
}

}  // namespace
}  // namespace recveil::defense
