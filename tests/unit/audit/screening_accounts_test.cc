#include "audit/screening_accounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "audit/screening_targets.h"
#include "core/error.h"
#include "data/generate.h"

namespace recveil::audit {
namespace {

using Numbers = std::vector<std::uint32_t>;

data::Dataset three_users() {
  data::Dataset out;
  out.interactions.n_items = 3;
  out.interactions.append(Numbers{0, 1});
  out.interactions.append(Numbers{2});
  out.interactions.append(Numbers{1, 2});
  out.ratings = {1, 2, 3, 4, 5};
  out.times = {50, 40, 0, 30, 60};
  return out;
}

TEST(Crowd, HasArrivalsAndAnItemThatNobodyHas) {
  const Crowd crowd = everybody(three_users());
  EXPECT_EQ(crowd.n_items(), 4u);
  EXPECT_EQ(new_item(crowd), 3u);
  EXPECT_EQ(crowd.arrival, (std::vector<std::int64_t>{40, 0, 30}));
  EXPECT_EQ(popularity(crowd), (Numbers{1, 2, 2, 0}));
}

TEST(Crowd, SelectsAndAppendsRowsWithTheirRatings) {
  const Crowd crowd = everybody(three_users());
  Crowd some = select(crowd, Numbers{2, 0});
  EXPECT_EQ(some.accounts.ratings, (std::vector<float>{4, 5, 1, 2}));
  EXPECT_EQ(some.arrival, (std::vector<std::int64_t>{30, 40}));
  append(some, select(crowd, Numbers{1}));
  EXPECT_EQ(some.accounts.histories.offsets, (std::vector<std::uint64_t>{0, 2, 4, 5}));
  EXPECT_EQ(some.accounts.ratings.back(), 3);
}

TEST(Crowd, AMixedBatchKeepsRowsWithTheirLabels) {
  const Crowd all = everybody(data::generate({.users = 60, .items = 100, .seed = 3}));
  Numbers first(40), last(20);
  for (std::uint32_t u = 0; u < 60; ++u) (u < 40 ? first[u] : last[u - 40]) = u;
  Rng rng(1);
  const Batch batch = mixed(select(all, first), select(all, last), rng);
  ASSERT_EQ(batch.crowd.size(), 60u);
  EXPECT_EQ(std::count(batch.fake.begin(), batch.fake.end(), 1), 20);
  std::size_t moved = 0;
  for (std::size_t u = 0; u < 60; ++u) {
    const auto row = batch.crowd.accounts.histories.row(u);
    bool found = false;
    for (const std::uint32_t from : batch.fake[u] != 0 ? last : first) {
      const auto source = all.accounts.histories.row(from);
      found = found || std::equal(row.begin(), row.end(), source.begin(), source.end());
    }
    EXPECT_TRUE(found) << u;
    moved += u < 40 && batch.fake[u] != 0 ? 1u : 0u;
  }
  EXPECT_GT(moved, 0u) << "the fakes stand at the end";
}

void expect_disjoint(const Parts &parts, std::size_t n) {
  std::set<std::uint32_t> met;
  for (const Numbers *part : {&parts.window, &parts.batch, &parts.donors}) {
    for (const std::uint32_t user : *part) EXPECT_TRUE(met.insert(user).second);
  }
  EXPECT_EQ(met.size(), n);
}

TEST(Parts, AreDisjointAndSeeded) {
  const Parts parts = deal_parts(1000, 7);
  expect_disjoint(parts, 1000);
  EXPECT_EQ(parts.window.size(), 700u);
  EXPECT_EQ(parts.batch.size(), 200u);
  EXPECT_EQ(deal_parts(1000, 7).batch, parts.batch);
  EXPECT_NE(deal_parts(1000, 8).batch, parts.batch);
  expect_disjoint(deal_clean(1000, 300, 7), 1000);
  EXPECT_THROW(deal_parts(99, 1), Error);
}

TEST(Parts, ByArrivalComeAfterTheirWindow) {
  std::vector<std::int64_t> arrival;
  for (int u = 0; u < 100; ++u) arrival.push_back((u * 37) % 100);
  for (std::size_t r = 0; r < 5; ++r) {
    const Parts parts = deal_by_arrival(arrival, 20, r, 5);
    ASSERT_EQ(parts.batch.size(), 20u);
    EXPECT_EQ(parts.window.size(), 50 + (80 - 50) * r / 4);
    std::int64_t last = -1;
    for (const Numbers *part : {&parts.window, &parts.batch}) {
      for (const std::uint32_t user : *part) {
        EXPECT_GT(arrival[user], last);
        last = arrival[user];
      }
    }
  }
}

TEST(Targets, HaveTheirPopularity) {
  Numbers popularity(300, 0);  // item i is had by i accounts of 2,000
  for (std::uint32_t i = 0; i < 300; ++i) popularity[i] = i;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const TargetKind &kind : target_kinds()) {
      const Numbers targets = pick_targets(kind, popularity, 2000, seed);
      EXPECT_EQ((std::set<std::uint32_t>(targets.begin(), targets.end()).size()), kind.items);
      for (const std::uint32_t item : targets) {
        EXPECT_GE(item, kind.most > 0 ? kind.least * 2000 : 1);
        // .2 % of 2,000 are 4; where more are wanted than there are, the nearest are taken.
        EXPECT_LE(item, kind.most > 0 ? kind.most * 2000
                                      : std::max(4.0, static_cast<double>(kind.items)));
      }
    }
  }
  EXPECT_THROW(pick_targets(target_kinds()[2], Numbers{1, 1, 0, 0, 0, 0}, 10, 1), Error);
}

}  // namespace
}  // namespace recveil::audit
