#include "defense/serve/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/random.h"

namespace recveil::defense {
namespace {

// ceil(length / (ratio / 1000)) in whole numbers, for every length and every ratio in thousandths.
TEST(PoolSize, IsExactForRatiosInThousandths) {
  for (std::size_t length = 1; length <= 1000; ++length) {
    for (std::size_t ratio = 1; ratio <= 1000; ++ratio) {
      const std::size_t wanted = (1000 * length + ratio - 1) / ratio;
      ASSERT_EQ(pool_size(length, static_cast<double>(ratio) / 1000), wanted)
          << length << " / " << ratio;
    }
  }
}

TEST(PoolSize, OfThePaperAndOfTheLargestPool) {
  EXPECT_EQ(pool_size(100, 0.1), 1000u);
  EXPECT_EQ(pool_size(1000, 1000.0 / 16384), 16384u);
  EXPECT_EQ(pool_size(1, 1.0 / 16384), 16384u);
  EXPECT_EQ(pool_size(7, 1), 7u);
}

std::vector<std::uint32_t> by_full_sort(const std::vector<std::uint64_t> &counts, std::size_t n) {
  std::vector<std::uint32_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  while (!order.empty() && counts[order.back()] == 0) order.pop_back();
  order.resize(std::min(n, order.size()));
  return order;
}

TEST(MostPopular, AgreesWithAFullSort) {
  Rng rng(1);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::uint64_t> counts(rng.below(60));
    const std::uint64_t range = 1 + rng.below(2 + 2 * counts.size());  // few values: many ties
    for (std::uint64_t &count : counts) count = rng.below(range);
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, rng.below(70), counts.size()}) {
      ASSERT_EQ(most_popular(counts, n), by_full_sort(counts, n)) << "round " << round;
    }
  }
}

TEST(MostPopular, OfManyItemsAndLargeCounts) {
  Rng rng(2);
  std::vector<std::uint64_t> counts(100000);
  for (std::uint64_t &count : counts) count = rng.below(50) == 0 ? ~rng.below(3) : rng.below(100);
  EXPECT_EQ(most_popular(counts, 1000), by_full_sort(counts, 1000));
  EXPECT_EQ(most_popular(counts, 16384), by_full_sort(counts, 16384));
}

TEST(MostPopular, LeavesOutWhatNobodyChose) {
  EXPECT_TRUE(most_popular({}, 5).empty());
  EXPECT_TRUE(most_popular(std::vector<std::uint64_t>{0, 0}, 5).empty());
  EXPECT_EQ(most_popular(std::vector<std::uint64_t>{0, 2, 0, 2, 1}, 5),
            (std::vector<std::uint32_t>{1, 3, 4}));
}

}  // namespace
}  // namespace recveil::defense
