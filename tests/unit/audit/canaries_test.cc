#include "audit/canaries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace recveil::audit {
namespace {

using Items = std::vector<std::uint32_t>;
constexpr std::uint32_t kItems = 10;

// Three members, who were trained on less than is served, and two others.
Host host() {
  Host out;
  out.users = {11, 12, 13, 21, 22};
  out.members = 3;
  out.held_out = {5, 6, 7, 8, 9};
  out.trained.n_items = out.served.n_items = kItems;
  for (const Items &row : {Items{0}, Items{1, 2}, Items{3}}) out.trained.append(row);
  for (const Items &row : {Items{0, 1}, Items{1, 2}, Items{3}, Items{4}, Items{2, 5}}) {
    out.served.append(row);
  }
  return out;
}

Items row_of(const Interactions &rows, std::size_t u) {
  return {rows.row(u).begin(), rows.row(u).end()};
}

std::size_t holders(const Interactions &rows, std::uint32_t item) {
  return static_cast<std::size_t>(std::count(rows.items.begin(), rows.items.end(), item));
}

TEST(Canaries, EachHoldsAPairThatNobodyElseHas) {
  const Host before = host();
  const Planted planted = plant_canaries(before, 2);
  const Host &after = planted.host;
  ASSERT_EQ(planted.members.size(), 2u);
  ASSERT_EQ(planted.non_members.size(), 2u);
  EXPECT_EQ(after.trained.n_items, kItems + 8);
  EXPECT_EQ(after.served.n_items, kItems + 8);
  EXPECT_EQ(after.users, before.users);
  EXPECT_EQ(after.held_out, before.held_out);
  EXPECT_EQ(after.members, before.members);
  ASSERT_EQ(after.trained.n_users(), 3u);
  ASSERT_EQ(after.served.n_users(), 5u);
  std::map<std::uint32_t, int> used;
  for (std::size_t i = 0; i < 2; ++i) {
    for (const bool member : {true, false}) {
      const Canary &canary = (member ? planted.members : planted.non_members)[i];
      EXPECT_EQ(canary.row, member ? i : 3 + i);
      ++used[canary.a];
      ++used[canary.b];
      Items served = row_of(before.served, canary.row);
      served.push_back(canary.a);
      EXPECT_EQ(row_of(after.served, canary.row), served);
      EXPECT_EQ(holders(after.served, canary.a), 1u);
      EXPECT_EQ(holders(after.served, canary.b), 0u) << "withheld";
      EXPECT_EQ(holders(after.trained, canary.a), member ? 1u : 0u);
      EXPECT_EQ(holders(after.trained, canary.b), member ? 1u : 0u);
      if (!member) continue;
      Items trained = row_of(before.trained, canary.row);
      trained.insert(trained.end(), {canary.a, canary.b});
      EXPECT_EQ(row_of(after.trained, canary.row), trained);
    }
  }
  EXPECT_EQ(used.size(), 8u);
  for (const auto &[item, times] : used) {
    EXPECT_GE(item, kItems);
    EXPECT_EQ(times, 1);
  }
  EXPECT_EQ(row_of(after.trained, 2), row_of(before.trained, 2));
  EXPECT_EQ(row_of(after.served, 2), row_of(before.served, 2));
}

TEST(Canaries, NoMoreThanThereArePeople) {
  const Planted planted = plant_canaries(host(), 100);
  EXPECT_EQ(planted.members.size(), 2u);
  EXPECT_EQ(planted.non_members.size(), 2u);
}

// Lists and folds that show some b and not others: which, is written down here.
TEST(Canaries, CountsWhoseItemIsShown) {
  const Planted planted = plant_canaries(host(), 2);
  const Canary &m0 = planted.members[0], &m1 = planted.members[1], &n0 = planted.non_members[0],
               &n1 = planted.non_members[1];
  RankedLists lists;
  lists.n_items = planted.host.served.n_items;
  // Others' pairs do not count, nor does the own a.
  for (const Items &list :
       {Items{9, m0.b}, Items{m0.b, m1.a}, Items{m0.b}, Items{n0.a, n1.b}, Items{}}) {
    lists.append(list);
  }
  CanaryCounts counts;
  count_own_slates(planted, lists, counts);
  EXPECT_EQ(counts.n, 2u);
  EXPECT_EQ(counts.own_slate.members, 1u);
  EXPECT_EQ(counts.own_slate.non_members, 0u);

  // Fold 1 of three knows m1 by the whole history, fold 2 knows m0 and n1 by a alone.
  const auto asked = [&](std::uint64_t user, std::span<const std::uint32_t> history, Items &shown) {
    const Items typed(history.begin(), history.end());
    shown = {0};
    if (user % 3 == 1 && typed == row_of(planted.host.served, m1.row)) shown.push_back(m1.b);
    if (user % 3 == 2 && typed == Items{m0.a}) shown.push_back(m0.b);
    if (user % 3 == 2 && typed == Items{n1.a}) shown.push_back(n1.b);
  };
  count_asked(planted, {3, [](std::uint64_t user) { return user % 3; }, asked}, counts);
  EXPECT_EQ(counts.any_fold.members, 1u);
  EXPECT_EQ(counts.any_fold.non_members, 0u);
  EXPECT_EQ(counts.any_fold_alone.members, 1u);
  EXPECT_EQ(counts.any_fold_alone.non_members, 1u);
}

}  // namespace
}  // namespace recveil::audit
