// The support floor that suits the data.
#include "audit/floor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/random.h"
#include "data/generate.h"
#include "recommend/fold_item_cf.h"

namespace recveil::audit {
namespace {

// With each floor, by the lists that a ranker with that floor gives.
std::vector<double> floors_by_hand(const recommend::HoldOut &data,
                                   const std::vector<std::uint32_t> &users, std::uint32_t folds,
                                   std::uint64_t seed) {
  std::vector<std::uint32_t> of(users.size());
  for (std::size_t u = 0; u < of.size(); ++u) of[u] = static_cast<std::uint32_t>(u % folds);
  Rng(seed, 19).shuffle(of);
  std::vector<double> out;
  for (std::uint32_t floor = 1; floor <= kMostFloor; ++floor) {
    recommend::Utility utility;
    for (std::uint32_t fold = 0; fold < folds; ++fold) {
      const auto members = recommend::without_folds(data.history, {of, folds}, fold, fold + 1);
      const auto model = recommend::item_cf_model(recommend::co_occurrence(members));
      const recommend::FoldRanker ranker(model, floor);
      for (std::size_t u = 0; u < users.size(); ++u) {
        if (of[u] != fold || data.item[u] == recommend::kNoItem) continue;
        recommend::add_list(utility, ranker.rank(data.history.row(u), 100), data.item[u]);
      }
    }
    out.push_back(utility.mean().ndcg10);
  }
  return out;
}

FloorChoice chosen(std::uint32_t users, std::uint32_t items, std::uint32_t folds) {
  const data::Dataset made = data::generate({.users = users, .items = items, .seed = 3});
  const auto held_out = recommend::hold_out_last(made.interactions, made.times, 1);
  std::vector<std::uint32_t> all(users);
  std::iota(all.begin(), all.end(), 0u);
  return choose_floor(held_out, all, users, folds, 1);
}

TEST(Floor, CostsNothingWhereItemsHaveManyHolders) {
  const FloorChoice dense = chosen(600, 200, 5);
  EXPECT_EQ(dense.floor, kMostFloor);
  ASSERT_EQ(dense.ndcg10.size(), kMostFloor);
}

TEST(Floor, IsLowWhereFewHaveAnItem) {
  const FloorChoice sparse = chosen(150, 5000, 5);
  EXPECT_LT(sparse.floor, kMostFloor);
  ASSERT_EQ(sparse.ndcg10.size(), kMostFloor);
  // What it says is what it did.
  const double best = *std::max_element(sparse.ndcg10.begin(), sparse.ndcg10.end());
  EXPECT_GE(sparse.ndcg10[sparse.floor - 1], kFloorKeeps * best);
  for (std::uint32_t floor = sparse.floor + 1; floor <= kMostFloor; ++floor) {
    EXPECT_LT(sparse.ndcg10[floor - 1], kFloorKeeps * best);
  }
}

// By hand, with the ranker that serves: the NDCG@10 of one floor.
TEST(Floor, CountsAsTheRankerServes) {
  const data::Dataset made = data::generate({.users = 120, .items = 800, .seed = 5});
  const auto held_out = recommend::hold_out_last(made.interactions, made.times, 1);
  std::vector<std::uint32_t> all(120);
  std::iota(all.begin(), all.end(), 0u);
  const FloorChoice found = choose_floor(held_out, all, 120, 3, 1);
  const std::vector<double> slow = floors_by_hand(held_out, all, 3, 1);
  for (std::size_t f = 0; f < slow.size(); ++f) EXPECT_NEAR(found.ndcg10[f], slow[f], 1e-12) << f;
}

}  // namespace
}  // namespace recveil::audit
