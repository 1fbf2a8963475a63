// The 99-negatives protocol: the negatives, and the rank among them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "recommend/evaluate.h"
#include "support/recommend_slow.h"

namespace recveil::recommend {
namespace {

using Items = std::vector<std::uint32_t>;

// The rank that add_sampled used: NDCG falls strictly with it; 10 stands for "outside the ten".
std::size_t rank_used(const std::vector<float> &scores, std::uint32_t item,
                      const Items &negatives) {
  Utility utility;
  add_sampled(utility, scores, item, negatives);
  EXPECT_EQ(utility.users, 1u);
  std::size_t rank = 0;
  while (rank < 10 && utility.ndcg10 < support::slow_ndcg10(rank) - 1e-9) ++rank;
  return rank;
}

TEST(AddSampled, AgreesWithSorting) {
  Rng rng(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<float> scores(30);
    for (float &score : scores) score = static_cast<float>(rng.below(6));
    Items items(scores.size());
    for (std::uint32_t i = 0; i < items.size(); ++i) items[i] = i;
    rng.shuffle(items);
    const std::uint32_t item = items.back();
    items.resize(rng.below(15));
    const std::size_t rank = support::slow_sampled_rank(scores, item, items);
    ASSERT_EQ(rank_used(scores, item, items), std::min(rank, std::size_t{10})) << "round " << round;
  }
}

TEST(AddSampled, TiesCountHalfAgainstTheItem) {
  EXPECT_EQ(rank_used({2, 1, 1, 1}, 0, {1, 2, 3}), 0u);
  EXPECT_EQ(rank_used({2, 2, 1, 1}, 0, {1, 2, 3}), 1u);  // one tie: half, rounded up
  EXPECT_EQ(rank_used({2, 2, 2, 1}, 0, {1, 2, 3}), 1u);
  EXPECT_EQ(rank_used({2, 2, 2, 2}, 0, {1, 2, 3}), 2u);
  EXPECT_EQ(rank_used({2, 3, 2, 2}, 0, {1, 2, 3}), 2u);
  // A model that says the same of everything must not look good.
  EXPECT_EQ(rank_used(std::vector<float>(101, 1), 50, sample_negatives(101, {}, 50, 1, 0)), 10u);
}

TEST(AddSampled, NotANumberCountsAgainstTheItem) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(rank_used({nan, 1, 2}, 0, {1, 2}), 2u);
  EXPECT_EQ(rank_used({3, nan, 2}, 0, {1, 2}), 1u);
}

TEST(AddSampled, RefusesItemsWithoutAScore) {
  Utility utility;
  const std::vector<float> scores(3);
  EXPECT_THROW(add_sampled(utility, scores, 3, Items{0}), Error);
  EXPECT_THROW(add_sampled(utility, scores, 0, Items{3}), Error);
  add_sampled(utility, scores, kNoItem, Items{0});
  EXPECT_EQ(utility.users, 0u);
}

TEST(SampleNegatives, AreDistinctUnseenAndSeeded) {
  const Items history{1, 2, 3, 50, 150};
  const Items negatives = sample_negatives(200, history, 7, 5, 11);
  EXPECT_EQ(negatives.size(), 99u);
  const std::set<std::uint32_t> distinct(negatives.begin(), negatives.end());
  EXPECT_EQ(distinct.size(), 99u);
  EXPECT_LT(*distinct.rbegin(), 200u);
  for (const std::uint32_t seen : history) EXPECT_EQ(distinct.count(seen), 0u);
  EXPECT_EQ(distinct.count(7), 0u);
  EXPECT_EQ(sample_negatives(200, history, 7, 5, 11), negatives);
  EXPECT_NE(sample_negatives(200, history, 7, 5, 12), negatives);
  EXPECT_NE(sample_negatives(200, history, 7, 6, 11), negatives);
}

TEST(SampleNegatives, TakesEverythingWhenJustEnoughIsLeft) {
  const Items negatives = sample_negatives(102, Items{0, 101}, 50, 1, 0);
  const std::set<std::uint32_t> distinct(negatives.begin(), negatives.end());
  EXPECT_EQ(distinct.size(), 99u);
  EXPECT_THROW(sample_negatives(101, Items{0, 100}, 50, 1, 0), Error);
  EXPECT_THROW(sample_negatives(0, {}, kNoItem, 1, 0), Error);
  EXPECT_THROW(sample_negatives(200, Items{200}, 50, 1, 0), Error);
  EXPECT_THROW(sample_negatives(200, Items{1}, 200, 1, 0), Error);
}

// H0: each of the 198 free items of 200 is taken with probability 99 / 198 = .5. n = 4,000 users;
// an item's count is binomial with standard deviation sqrt(4000 * .25) = 31.6; |count - 2000| > 200
// is 6.3 sigma: false alarm below 1e-7 over the 198 items.
TEST(SampleNegatives, AreUniform) {
  std::vector<double> counts(200, 0);
  for (std::size_t user = 0; user < 4000; ++user) {
    for (const std::uint32_t item : sample_negatives(200, Items{0}, 1, 1, user)) ++counts[item];
  }
  EXPECT_EQ(counts[0] + counts[1], 0);
  for (std::size_t item = 2; item < counts.size(); ++item) {
    EXPECT_NEAR(counts[item], 2000, 200) << "item " << item;
  }
}

}  // namespace
}  // namespace recveil::recommend
