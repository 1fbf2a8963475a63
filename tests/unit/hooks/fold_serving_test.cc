// The rule of hooks/serve/fold_serving.h: of a user who has a standing erasure, never the raw row.
#include "hooks/serve/fold_serving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/host.h"
#include "metrics/counters.h"
#include "support/erase_rows.h"
#include "support/fold_slow.h"
#include "support/state_sample.h"

namespace recveil::hooks {
namespace {

constexpr std::size_t kD = 8, kItems = 120;
constexpr std::uint64_t kErased = 4, kOther = 5;

std::shared_ptr<const defense::ErasureMap> fitted_map() {
  const support::ErasureRows rows = support::erasure_rows(600, kD, {2}, 1);
  defense::EraseOptions options;
  options.method = defense::EraseMethod::gaussian_transport;
  return std::make_shared<const defense::ErasureMap>(
      defense::ErasureMap::fit(rows.view(), rows.labels(), options));
}

// Two folds, a map for each, and one user who has a standing erasure.
struct Shop {
  explicit Shop(bool with_maps = true) {
    ServePolicy policy;
    policy.mode = ServingMode::cross_fit;
    policy.folds = 2;
    policy.support_floor = 1;
    hook = std::make_unique<ServeHook>(policy, support::state_test_key(), "", host, counters);
    publish(1);
    if (with_maps) publish_erasures(1);
  }
  void publish(std::uint64_t version) {
    auto set = std::make_shared<FoldSet>(FoldSet{Release(nullptr, nullptr), version, 0, {}, {}});
    for (support::FoldItems *made : {&first, &second}) {
      made->table.unobserved_weight = 0.2;
      defense::LentModel lent;
      lent.support = made->support;
      lent.factors = made->table;
      set->models.emplace_back(lent);
    }
    hook->publish_folds(std::move(set), false);
  }
  void publish_erasures(std::uint64_t version) {
    ErasureSet erasures;
    erasures.version = version;
    erasures.maps = {map, map};
    hook->publish_erasures(std::move(erasures), std::vector<std::uint64_t>{kErased},
                           std::vector<std::int32_t>{1}, 1);
  }
  std::vector<float> mapped(const std::vector<float> &row) const {
    std::vector<float> out(kD), work(map->scratch_floats());
    EXPECT_TRUE(map->apply(row.data(), std::vector<std::int32_t>{1}, out.data(), work.data()));
    return out;
  }

  support::FoldItems first{kItems, kD, 1}, second{kItems, kD, 2};
  std::shared_ptr<const defense::ErasureMap> map = fitted_map();
  const Host host{nullptr, nullptr, nullptr, nullptr};
  metrics::Counters counters;
  std::unique_ptr<ServeHook> hook;
  std::vector<char> scratch = std::vector<char>(1 << 20);
  const std::vector<std::uint32_t> history{1, 5, 60, 80, 111};
};

std::vector<float> row_of(Shop &shop, const ServeHook::Session &session, std::uint64_t user) {
  std::vector<float> row(kD, 9);
  FoldServing(session, 1).fold_in(user, 1, {shop.history}, row.data(), shop.scratch.data());
  return row;
}

TEST(FoldServing, GivesTheErasedRowAndNeverTheRawOne) {
  Shop shop;
  const auto session = shop.hook->session();
  const std::vector<float> raw = row_of(shop, session, kOther);
  const std::vector<float> erased = row_of(shop, session, kErased);
  EXPECT_NE(raw, erased);
  EXPECT_EQ(erased, shop.mapped(raw));
}

// Two rows that 300 people share each, one of them from the history; 9 of 10 of one class have the
// first, 1 of 10 of the other.
std::shared_ptr<const defense::ErasureMap> map_with_cells(const std::vector<float> &folded,
                                                          defense::EraseMethod method) {
  support::ErasureRows rows = support::erasure_rows(900, kD, {2}, 3);
  for (std::size_t i = 0; i < 600; ++i) {
    const bool first = i % 2 == 0;
    for (std::size_t c = 0; c < kD; ++c) {
      rows.data[i * kD + c] = first ? folded[c] : folded[(c + 3) % kD];
    }
    rows.classes[0][i] = (i / 2 % 10 == 0) == first ? 0 : 1;
  }
  defense::EraseOptions options;
  options.method = method;
  options.cells = true;
  return std::make_shared<const defense::ErasureMap>(
      defense::ErasureMap::fit(rows.view(), rows.labels(), options));
}

// told: the class that serving is told of the users; a map of scores needs none.
void expect_placed_by_draw(defense::EraseMethod method, std::int32_t told) {
  Shop shop;
  std::vector<float> raw(kD);
  {
    const auto session = shop.hook->session();
    raw = row_of(shop, session, kOther);
  }
  shop.map = map_with_cells(raw, method);
  ASSERT_TRUE(shop.map->needs_users());
  std::vector<std::uint64_t> users(200);
  std::iota(users.begin(), users.end(), 100);
  ErasureSet erasures;
  erasures.version = 1;
  erasures.maps = {shop.map, shop.map};
  shop.hook->publish_erasures(std::move(erasures), users, std::vector<std::int32_t>(200, told), 1);
  const auto session = shop.hook->session();
  const HashKey key = cell_key(support::state_test_key());
  std::vector<float> work(shop.map->scratch_floats());
  std::size_t moved = 0;
  for (const std::uint64_t user : users) {
    std::vector<float> expected(kD);
    ASSERT_TRUE(shop.map->apply(raw.data(), std::vector<std::int32_t>{told}, expected.data(),
                                work.data(), {&key.bytes, {&user, 1}}));
    EXPECT_EQ(row_of(shop, session, user), expected);
    EXPECT_EQ(row_of(shop, session, user), expected) << "asking again must not move the user";
    moved += expected != raw;
  }
  // 9 of 10 of this row are of class 1, 1 of 10 of the other: some move, of class 1 or of all; a
  // user with at least .2.
  EXPECT_GT(moved, 20U);
  EXPECT_LT(moved, 180U);
}

TEST(FoldServing, PlacesUsersWhoShareARowByTheirDraw) {
  expect_placed_by_draw(defense::EraseMethod::optimal_transport, 1);
  expect_placed_by_draw(defense::EraseMethod::score_transport, defense::kUnknown);
}

TEST(FoldServing, GivesTheSameRowsInABatch) {
  Shop shop;
  const auto session = shop.hook->session();
  const FoldServing serving(session, 1);
  std::vector<std::uint64_t> users;
  std::vector<std::uint16_t> folds(20, 1);
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  for (std::uint64_t u = 0; u < 20; ++u) {
    users.push_back(u % 3 == 0 ? kErased : kOther);
    items.insert(items.end(), shop.history.begin(), shop.history.end());
    offsets.push_back(items.size());
  }
  const defense::FoldBatch batch{serving.set().models, folds, offsets.data(), items.data()};
  std::vector<float> rows(20 * kD, 9);
  serving.fold_in_batch(users, batch, rows.data(), shop.scratch.data());
  const std::vector<float> raw = row_of(shop, session, kOther);
  for (std::size_t u = 0; u < 20; ++u) {
    const std::vector<float> row(rows.begin() + static_cast<std::ptrdiff_t>(u * kD),
                                 rows.begin() + static_cast<std::ptrdiff_t>((u + 1) * kD));
    EXPECT_EQ(row, u % 3 == 0 ? shop.mapped(raw) : raw) << u;
  }
}

TEST(FoldServing, RanksByTheErasedRow) {
  Shop shop;
  const auto session = shop.hook->session();
  const FoldServing serving(session, 1);
  const std::vector<float> row = row_of(shop, session, kErased);
  const auto ranked = serving.rank(kErased, 1, {shop.history}, {}, 10, shop.scratch.data());
  ASSERT_EQ(ranked.list.count, 10u);
  for (std::size_t place = 0; place < 10; ++place) {
    const defense::Scored &at = ranked.list.best[place];
    const float *y = shop.second.factors.data() + at.item * shop.second.stride;
    EXPECT_NEAR(at.score, std::inner_product(row.begin(), row.end(), y, 0.0), 1e-5);
  }
}

// No maps of the newer version: every way to a row or a list is refused, and nothing is written.
TEST(FoldServing, RefusesWhereThereIsNoMapOfTheVersion) {
  Shop shop;
  shop.publish(2);
  const auto session = shop.hook->session();
  const FoldServing serving(session, 2);
  std::vector<float> rows(2 * kD, 9);
  void *scratch = shop.scratch.data();
  EXPECT_THROW(serving.fold_in(kErased, 0, {shop.history}, rows.data(), scratch), Error);
  EXPECT_THROW((void)serving.rank(kErased, 0, {shop.history}, {}, 5, scratch), Error);
  const std::vector<std::uint64_t> users{kOther, kErased};
  const std::vector<std::uint16_t> folds{0, 0};
  const std::vector<std::size_t> offsets{0, 2, 5};
  const defense::FoldBatch batch{serving.set().models, folds, offsets.data(), shop.history.data()};
  EXPECT_THROW(serving.fold_in_batch(users, batch, rows.data(), scratch), Error);
  EXPECT_TRUE(std::all_of(rows.begin(), rows.end(), [](float x) { return x == 9; }));
  serving.fold_in(kOther, 0, {shop.history}, rows.data(), scratch);  // others are served
  EXPECT_NE(rows[0], 9);
}

// A batch that fails halfway leaves no row behind, not even of those that were solved.
TEST(FoldServing, LeavesNoRowsOfABatchThatFails) {
  Shop shop;
  for (std::size_t c = 0; c < kD; ++c) {
    shop.first.factors[c] = 1e4f;  // item 0: with it the system is singular in single precision
  }
  shop.first.table.unobserved_weight = 0;
  shop.first.table.regularization = 1e-6;
  auto set = std::make_shared<FoldSet>(FoldSet{Release(nullptr, nullptr), 2, 0, {}, {}});
  for (int f = 0; f < 2; ++f) {
    defense::LentModel lent;
    lent.support = shop.first.support;
    lent.factors = shop.first.table;
    set->models.emplace_back(lent);
  }
  shop.hook->publish_folds(std::move(set), false);
  shop.publish_erasures(2);
  const auto session = shop.hook->session();
  const FoldServing serving(session, 2);
  std::vector<std::uint64_t> users;
  std::vector<std::uint16_t> folds(40, 0);
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  for (std::uint64_t u = 0; u < 40; ++u) {
    users.push_back(u % 2 == 0 ? kErased : kOther);
    const std::vector<std::uint32_t> history =
        u == 35 ? std::vector<std::uint32_t>{0}
                : std::vector<std::uint32_t>{0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14};
    items.insert(items.end(), u == 35 ? history.begin() : history.begin() + 1, history.end());
    offsets.push_back(items.size());
  }
  const defense::FoldBatch batch{serving.set().models, folds, offsets.data(), items.data()};
  std::vector<float> rows(40 * kD, 9);
  EXPECT_THROW(serving.fold_in_batch(users, batch, rows.data(), shop.scratch.data()), Error);
  EXPECT_TRUE(std::all_of(rows.begin(), rows.end(), [](float x) { return x == 0; }));
}

}  // namespace
}  // namespace recveil::hooks
