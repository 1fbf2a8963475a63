#include "audit/injections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr std::uint32_t kPeople = 600, kItems = 300, kLength = 6;

// People of ten tastes with lists of their own, of which one place changes with the retraining.
// exposed: how many of the holders are shown all decoys (items 297 to 299) afterwards.
data::InjectionTables system_of(std::size_t holders, std::size_t exposed) {
  Rng rng(11);
  data::InjectionTables out;
  out.before.n_items = out.after.n_items = kItems;
  out.decoys = {297, 298, 299};
  for (std::uint32_t u = 0; u < kPeople; ++u) {
    std::vector<std::uint32_t> pool;
    for (std::uint32_t i = 0; i < 25; ++i) pool.push_back((u % 10) * 25 + i);
    rng.shuffle(pool);
    const std::vector<std::uint32_t> was(pool.begin(), pool.begin() + kLength);
    std::vector<std::uint32_t> is = was;
    is[2] = pool[kLength];
    // Spread over the tastes.
    const bool holder = u % (kPeople / static_cast<std::uint32_t>(holders)) == 3 &&
                        u / (kPeople / static_cast<std::uint32_t>(holders)) < holders;
    if (holder && exposed > 0) {
      std::copy(out.decoys.begin(), out.decoys.end(), is.begin());
      --exposed;
    }
    out.before.append(was);
    out.after.append(is);
    out.holder.push_back(holder ? 1 : 0);
  }
  return out;
}

std::vector<std::string> warned(const InjectionsReport &report) {
  std::vector<std::string> out;
  for (const Check &check : report.checks) {
    if (!check.warning.empty()) out.push_back(check.name);
  }
  return out;
}

InjectionsReport audited(const data::InjectionTables &one) {
  return audit_injections({one}, .05);
}

void shuffle_people(RankedLists &lists) {
  std::vector<std::uint32_t> order(kPeople);
  for (std::uint32_t u = 0; u < kPeople; ++u) order[u] = u;
  Rng rng(5);
  rng.shuffle(order);
  lists = lists.select(order);
}

TEST(Injections, CountWhoIsExposed) {
  const InjectionsReport report = audited(system_of(20, 8));
  EXPECT_EQ(report.verdict, Verdict::leak);
  EXPECT_EQ(report.holders, 20u);
  EXPECT_EQ(report.rows.back().hits, 8u);
  EXPECT_EQ(report.rows.back().flagged, 8u);
  EXPECT_DOUBLE_EQ(report.rows.back().recall.value, .4);
  EXPECT_EQ(report.before_rows.back().flagged, 0u);
  EXPECT_TRUE(warned(report).empty());
}

TEST(Injections, ArePooled) {
  const InjectionsReport report =
      audit_injections({system_of(20, 8), system_of(20, 4), system_of(20, 0)}, .05);
  EXPECT_EQ(report.holders, 60u);
  EXPECT_EQ(report.users, 3u * kPeople);
  EXPECT_EQ(report.rows.back().hits, 12u);
  EXPECT_EQ(report.verdict, Verdict::leak);
}

TEST(Injections, ThatExposeNobodyAreClearOnlyWithEnoughPeople) {
  const InjectionsReport many = audited(system_of(100, 0));
  EXPECT_EQ(many.verdict, Verdict::no_leak_found);
  EXPECT_EQ(warned(many), std::vector<std::string>{"decoys_unmoved"});
  EXPECT_EQ(audited(system_of(10, 0)).verdict, Verdict::inconclusive);
}

// What an export can have wrong voids a leak and an all-clear alike, by name.
TEST(Injections, OfWrongFilesHaveNoVerdict) {
  for (const std::size_t exposed : {8u, 0u}) {
    data::InjectionTables same = system_of(20, exposed);
    same.after = same.before;
    EXPECT_EQ(audited(same).verdict, Verdict::inconclusive);
    EXPECT_EQ(warned(audited(same)).at(0), "equal_lists");

    data::InjectionTables people = system_of(100, exposed);
    shuffle_people(people.after);
    EXPECT_EQ(audited(people).verdict, Verdict::inconclusive);
    EXPECT_EQ(warned(audited(people)).at(0), "lists_of_others");

    data::InjectionTables items = system_of(100, exposed);
    for (std::uint32_t &item : items.after.items) item = (item * 77 + 5) % kItems;
    EXPECT_EQ(audited(items).verdict, Verdict::inconclusive);
    EXPECT_EQ(warned(audited(items)).at(0), "lists_of_others");

    data::InjectionTables other_names = system_of(100, exposed);
    other_names.before.n_items = other_names.after.n_items = 2 * kItems;
    for (std::uint32_t &item : other_names.after.items) item += kItems;
    const auto of_names = audited(other_names);
    EXPECT_EQ(of_names.verdict, Verdict::inconclusive);
    EXPECT_TRUE(of_names.checks[2].voids) << of_names.checks[2].name;
  }
}

TEST(Injections, WithLabelsOfOthersHaveNoVerdict) {
  data::InjectionTables one = system_of(20, 20);
  std::rotate(one.holder.begin(), one.holder.begin() + 1, one.holder.end());
  const InjectionsReport report = audited(one);
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_EQ(warned(report), std::vector<std::string>{"others_exposed"});
  EXPECT_EQ(report.checks[5].people, 20u);
}

TEST(Injections, WhoseDecoysToldBeforeHaveNoVerdict) {
  data::InjectionTables one = system_of(20, 8);
  std::swap(one.before, one.after);
  const InjectionsReport report = audited(one);
  EXPECT_EQ(report.verdict, Verdict::inconclusive);
  EXPECT_FALSE(report.controls.negative_passed);
}

TEST(Injections, WithoutHoldersAreRefused) {
  data::InjectionTables one = system_of(20, 8);
  std::fill(one.holder.begin(), one.holder.end(), std::uint8_t{0});
  EXPECT_THROW(audited(one), Error);
  std::fill(one.holder.begin(), one.holder.end(), std::uint8_t{1});
  EXPECT_THROW(audited(one), Error);
}

}  // namespace
}  // namespace recveil::audit
