#include "hooks/update/carried_accounts.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/error.h"
#include "core/keys.h"

namespace recveil::hooks {
namespace {

constexpr std::string_view kMagic = "RVTESTC1";
const HashKey kKey = id_key(Key());
constexpr defense::RatingScale kScale{1, 5, 4, true};

struct Rows {
  std::vector<std::uint64_t> offsets{0}, ids;
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;

  void append(std::uint64_t id, std::vector<std::uint32_t> row, std::vector<float> rated) {
    ids.push_back(id);
    items.insert(items.end(), row.begin(), row.end());
    ratings.insert(ratings.end(), rated.begin(), rated.end());
    offsets.push_back(items.size());
  }
  defense::ScreenAccounts view() const {
    defense::ScreenAccounts out{100, offsets, items, ratings, {}, {}};
    out.ids = ids;
    return out;
  }
};

void add(CarriedAccounts &to, const Rows &rows, std::uint64_t batch, float weight = 1) {
  const std::vector<float> weights(rows.ids.size(), weight);
  const std::vector<std::uint8_t> added(rows.items.size(), 1);
  to.add(kKey, rows.view(), kScale, weights, added, batch);
}

TEST(CarriedAccounts, FadeAndAreRefreshed) {
  Rows first, second, back;
  first.append(7, {3, 4}, {5, 2});
  first.append(9, {3}, {4});
  second.append(9, {3, 8}, {4, 1});
  CarriedAccounts carried;
  add(carried, first, 1);
  add(carried, second, 3, .5F);
  EXPECT_EQ(carried.size(), 2u);
  back.append(9, {8, 3, 5}, {1, 4, 5});
  back.append(7, {4, 3}, {5, 5});
  back.append(8, {3}, {5});
  const auto left = carried.left(kKey, back.view(), 4, .9);
  EXPECT_FLOAT_EQ(left.accounts[0], .45F);
  EXPECT_FLOAT_EQ(left.accounts[1], .729F);
  EXPECT_EQ(left.accounts[2], 0);
  const auto expect = [&](std::size_t e, float share, int tilt) {
    EXPECT_FLOAT_EQ(left.entries[e].left, share) << e;
    EXPECT_EQ(left.entries[e].tilt, tilt) << e;
  };
  expect(0, .9F, -2);
  expect(1, .9F, 1);
  expect(2, 0, 0);
  expect(3, .729F, -1);  // as it was rated then
  expect(4, .729F, 2);
  expect(5, 0, 0);  // nobody's
}

TEST(CarriedAccounts, WhatDidNotCountIsNotRemembered) {
  Rows rows;
  rows.append(7, {3, 4}, {5, 2});
  CarriedAccounts carried;
  const std::vector<float> weights{.1F};
  const std::vector<std::uint8_t> added{0, 1};
  carried.add(kKey, rows.view(), kScale, weights, added, 1);
  const auto left = carried.left(kKey, rows.view(), 1, .9);
  EXPECT_EQ(left.entries[0].left, 0);
  EXPECT_EQ(left.entries[1].left, 1);
}

TEST(CarriedAccounts, ForgetTheOldestBeyondTheirSize) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  Rows few, many;
  for (const std::uint64_t id : {1u, 2u, 3u}) few.append(id, {1}, {5});
  many.ids.resize(kMost - 2);
  std::iota(many.ids.begin(), many.ids.end(), 100u);
  many.offsets.assign(many.ids.size() + 1, 0);
  CarriedAccounts carried;
  add(carried, few, 1);
  add(carried, many, 2);
  EXPECT_EQ(carried.size(), kMost - 2);
  EXPECT_EQ(carried.left(kKey, few.view(), 2, 1).accounts, std::vector<float>(3, 0));
  add(carried, few, 3);
  EXPECT_EQ(carried.size(), 3u);
  EXPECT_EQ(carried.left(kKey, few.view(), 3, 1).accounts, std::vector<float>(3, 1));
}

TEST(CarriedAccounts, ComeBackFromAFile) {
  Rows rows;
  rows.append(5, {1, 2, 3}, {1, 4, 5});
  rows.append(6, {}, {});
  CarriedAccounts carried;
  add(carried, rows, 4);
  state::SealedWriter out(kMagic);
  carried.write(out);
  const std::string bytes = std::move(out).seal(Key());
  const std::string name = "test";
  state::SealedReader in(bytes, kMagic, Key(), name);
  const CarriedAccounts back = CarriedAccounts::read(in);
  in.finish();
  EXPECT_EQ(back.size(), 2u);
  const auto left = back.left(kKey, rows.view(), 5, .5);
  EXPECT_FLOAT_EQ(left.accounts[1], .5F);
  EXPECT_FLOAT_EQ(left.entries[2].left, .5F);
  EXPECT_EQ(left.entries[2].tilt, 2);

  state::SealedWriter wrong(kMagic);
  wrong.number(2);
  for (const std::uint64_t x : {9u, 1u, 3u, 0u, 1u, 1u, 3u, 0u}) wrong.number(x);
  wrong.text("");
  const std::string bad = std::move(wrong).seal(Key());
  state::SealedReader from(bad, kMagic, Key(), name);
  EXPECT_THROW(CarriedAccounts::read(from), Error);
}

}  // namespace
}  // namespace recveil::hooks
