#include "recommend/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "support/recommend_random.h"
#include "support/recommend_slow.h"

namespace recveil::recommend {
namespace {

using Items = std::vector<std::uint32_t>;

Items row_of(const Interactions &rows, std::size_t user) {
  return {rows.row(user).begin(), rows.row(user).end()};
}

// The row is the history with the item put back somewhere, order kept.
void expect_one_taken_out(const Items &row, Items history, std::uint32_t item) {
  ASSERT_TRUE(support::holds(row, item));
  ASSERT_FALSE(support::holds(history, item));
  const auto place = std::find(row.begin(), row.end(), item) - row.begin();
  ASSERT_LE(place, static_cast<std::ptrdiff_t>(history.size()));
  history.insert(history.begin() + place, item);
  EXPECT_EQ(history, row);
}

TEST(HoldOutLast, AgreesWithSortingByTime) {
  const Interactions all = support::random_interactions({.users = 200, .mean_extra = 3}, 1);
  Rng rng(1, 1);
  std::vector<std::int64_t> times(all.size());
  for (std::int64_t &time : times) time = static_cast<std::int64_t>(rng.below(4));  // ties, zeros
  const HoldOut split = hold_out_last(all, times, 1);
  ASSERT_EQ(split.item.size(), all.n_users());
  ASSERT_EQ(split.history.n_users(), all.n_users());
  EXPECT_EQ(split.history.n_items, all.n_items);
  std::size_t without = 0;
  for (std::size_t user = 0; user < all.n_users(); ++user) {
    const std::vector<std::int64_t> row_times(
        times.begin() + static_cast<std::ptrdiff_t>(all.offsets[user]),
        times.begin() + static_cast<std::ptrdiff_t>(all.offsets[user + 1]));
    ASSERT_EQ(split.item[user], support::slow_last_item(all.row(user), row_times));
    if (split.item[user] == kNoItem) {
      ++without;
      EXPECT_EQ(row_of(split.history, user), row_of(all, user));
    } else {
      expect_one_taken_out(row_of(all, user), row_of(split.history, user), split.item[user]);
    }
  }
  EXPECT_GT(without, 0u);  // or the branch was not tried
}

TEST(HoldOutLast, ByHand) {
  Interactions all;
  all.n_items = 9;
  for (const Items &row : std::vector<Items>{{3, 4, 5}, {6, 7}, {8}, {}, {0, 1, 2}}) {
    all.append(row);
  }
  const std::vector<std::int64_t> times{30, 10, 20, 0, 0, 5, 0, 7, 7};
  const HoldOut split = hold_out_last(all, times, 1);
  EXPECT_EQ(split.item, (Items{3, kNoItem, kNoItem, kNoItem, 2}));
  EXPECT_EQ(split.history.items, (Items{4, 5, 6, 7, 8, 0, 1}));
  EXPECT_EQ(split.history.offsets, (std::vector<std::uint64_t>{0, 2, 4, 5, 5, 7}));
}

// With two users out of three gone, the third must keep its item: a user's draw is its own.
TEST(HoldOutLast, WithoutTimesIsSeededByUser) {
  const Interactions all = support::random_interactions({.users = 100, .least = 2}, 2);
  const HoldOut split = hold_out_last(all, {}, 7);
  for (std::size_t user = 0; user < all.n_users(); ++user) {
    expect_one_taken_out(row_of(all, user), row_of(split.history, user), split.item[user]);
  }
  EXPECT_EQ(hold_out_last(all, {}, 7).item, split.item);
  EXPECT_NE(hold_out_last(all, {}, 8).item, split.item);
  const HoldOut first = hold_out_last(all.select(Items{0, 1, 2}), {}, 7);
  EXPECT_EQ(first.item, Items(split.item.begin(), split.item.begin() + 3));
}

// H0: the place is uniform in a row of 5. n = 5,000 users; the count at each place is binomial with
// standard deviation sqrt(5000 * .2 * .8) = 28.3; |count - 1000| > 150 is 5.3 sigma: false alarm
// below 1e-6 over the five places.
TEST(HoldOutLast, WithoutTimesIsUniform) {
  Interactions all;
  all.n_items = 5;
  for (int user = 0; user < 5000; ++user) all.append(Items{0, 1, 2, 3, 4});
  std::vector<double> counts(5, 0);
  for (const std::uint32_t item : hold_out_last(all, {}, 1).item) ++counts[item];
  for (const double count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(HoldOutLast, RefusesTimesOfAnotherLength) {
  const Interactions all = support::random_interactions({}, 3);
  const std::vector<std::int64_t> times(all.size() - 1, 1);
  EXPECT_THROW(hold_out_last(all, times, 1), Error);
}

TEST(Utility, ByHand) {
  Utility utility;
  utility.add(0, true);   // 1
  utility.add(1, true);   // 1 / log2(3) = .6309297535714574
  utility.add(9, true);   // 1 / log2(11) = .28906482631788788
  utility.add(10, true);  // outside the ten
  utility.add(0, false);
  EXPECT_DOUBLE_EQ(utility.hr10, 3);
  EXPECT_DOUBLE_EQ(utility.ndcg10, 1.9199945798893454);
  const Utility mean = utility.mean();
  EXPECT_DOUBLE_EQ(mean.hr10, 0.6);
  EXPECT_DOUBLE_EQ(mean.ndcg10, 0.38399891597786907);
  EXPECT_EQ(mean.users, 5u);
}

TEST(Utility, NdcgAgreesWithTheGeneralFormula) {
  for (std::size_t rank = 0; rank < 20; ++rank) {
    Utility utility;
    utility.add(rank, true);
    EXPECT_NEAR(utility.ndcg10, support::slow_ndcg10(rank), 1e-14) << "rank " << rank;
    EXPECT_EQ(utility.hr10, rank < 10 ? 1 : 0) << "rank " << rank;
  }
}

TEST(Utility, OfNobodyIsZero) {
  const Utility mean = Utility{}.mean();
  EXPECT_EQ(mean.hr10, 0);
  EXPECT_EQ(mean.ndcg10, 0);
  EXPECT_EQ(mean.users, 0u);
}

TEST(AddList, FindsThePlace) {
  Utility utility;
  add_list(utility, Items{4, 2, 9}, 9);  // rank 2: 1 / log2(4)
  EXPECT_DOUBLE_EQ(utility.ndcg10, 0.5);
  add_list(utility, Items{4, 2, 9}, 8);
  add_list(utility, {}, 8);
  add_list(utility, Items{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10);  // the eleventh
  EXPECT_DOUBLE_EQ(utility.ndcg10, 0.5);
  EXPECT_DOUBLE_EQ(utility.hr10, 1);
  EXPECT_EQ(utility.users, 4u);
  add_list(utility, Items{4, 2, 9}, kNoItem);  // nothing was held out: not a user of the mean
  EXPECT_EQ(utility.users, 4u);
}

}  // namespace
}  // namespace recveil::recommend
