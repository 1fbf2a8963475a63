// The control that must leak, the pitfalls, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "audit/lists_control.h"
#include "audit/lists_input.h"
#include "audit/lists_pitfalls.h"
#include "core/error.h"
#include "support/audit_lists.h"

namespace recveil::audit {
namespace {

using support::listed_people;

TEST(ListsControl, ListsAreTheSlowTwins) {
  auto people = listed_people(30, 0.5, 0.5, 1);
  people.lists.offsets.clear();  // lists of several lengths, one of them longer than the catalogue
  people.lists.items.clear();
  people.lists.offsets.push_back(0);
  for (std::uint32_t u = 0; u < 60; ++u) {
    std::vector<std::uint32_t> list;
    for (std::uint32_t i = 0; i < (u == 31 ? 155 : u % 12 + 1); ++i) list.push_back(i);
    people.lists.append(list);
  }
  const auto control = with_popular_lists(people);
  EXPECT_EQ(control.member, people.member);
  EXPECT_EQ(control.histories.items, people.histories.items);
  for (std::size_t u = 0; u < 60; ++u) {
    const auto row = control.lists.row(u), own = people.lists.row(u);
    const auto wanted = people.member[u] != 0 ? std::vector<std::uint32_t>(own.begin(), own.end())
                                              : support::popular_list_slowly(people, u);
    EXPECT_EQ(std::vector<std::uint32_t>(row.begin(), row.end()), wanted) << u;
  }
  EXPECT_EQ(control.lists.row(31).size(), 152u);  // 160 items, 8 seen
}

TEST(ListsControl, OfAShareOfTheOthers) {
  const auto people = listed_people(500, 0.5, 0.5, 1);
  const auto all = with_popular_lists(people), some = with_popular_lists(people, 0.2, 3);
  std::size_t changed = 0;
  for (std::size_t u = 0; u < 1000; ++u) {
    const auto row = some.lists.row(u), own = people.lists.row(u), popular = all.lists.row(u);
    const bool kept = std::equal(row.begin(), row.end(), own.begin(), own.end());
    EXPECT_TRUE(kept || std::equal(row.begin(), row.end(), popular.begin(), popular.end())) << u;
    EXPECT_TRUE(kept || people.member[u] == 0) << u;
    changed += kept ? 0u : 1u;
  }
  // Binomial, 500 at .2: standard deviation 8.9.
  EXPECT_NEAR(static_cast<double>(changed), 100, 5 * 8.9);
}

const Pitfall &pitfall(const std::vector<Pitfall> &all, const std::string &name) {
  for (const Pitfall &each : all) {
    if (each.name == name) return each;
  }
  throw std::runtime_error("no pitfall " + name);
}

std::string warned(const attack::Population &people) {
  std::string out;
  for (const Pitfall &each : find_pitfalls(people)) {
    if (!each.warning.empty()) out += each.name + " ";
  }
  return out;
}

// Rewrites row u of lists or histories as change(u, row).
template <class Change>
void rewrite(Interactions &rows, Change change) {
  Interactions out;
  out.n_items = rows.n_items;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    const auto row = rows.row(u);
    std::vector<std::uint32_t> items(row.begin(), row.end());
    change(u, items);
    out.append(items);
  }
  rows = out;
}

// Nobody is shown a seen item, all lists and histories have 8 items.
attack::Population alike(std::size_t n) {
  return listed_people(n, 0, 0, 2);
}

TEST(ListsPitfalls, NoneWhereAllIsAlike) {
  EXPECT_EQ(warned(alike(100)), "");
  const auto found = find_pitfalls(alike(100));
  EXPECT_EQ(pitfall(found, "list_length").members, 8);
  EXPECT_EQ(pitfall(found, "list_length").auc.value, 0.5);
  EXPECT_EQ(pitfall(found, "seen_in_list").non_members, 0);
}

TEST(ListsPitfalls, ASeenFilterOnOnePathAlone) {
  auto people = alike(300);
  rewrite(people.lists, [&](std::size_t u, std::vector<std::uint32_t> &list) {
    if (u % 20 == 0) list[3] = people.histories.row(u)[0];  // 30 of the 300 members
  });
  EXPECT_EQ(warned(people), "seen_in_list ");
  const auto found = pitfall(find_pitfalls(people), "seen_in_list");
  EXPECT_EQ(found.members, 0.1);
  EXPECT_EQ(found.non_members, 0);
  EXPECT_NEAR(found.auc.value, 0.55, 1e-12);
  EXPECT_TRUE(found.warning.starts_with(
      "items in the list that are in the history: 0.1 on average for members, 0 for non-members; "
      "this alone has AUC 0.550. Filter seen items for both"))
      << found.warning;
}

TEST(ListsPitfalls, ListsOfOtherLengths) {
  auto people = alike(300);
  rewrite(people.lists, [](std::size_t u, std::vector<std::uint32_t> &list) {
    if (u % 20 == 1) list.pop_back();  // of non-members
  });
  EXPECT_EQ(warned(people), "list_length ");
  EXPECT_NEAR(pitfall(find_pitfalls(people), "list_length").auc.value, 0.55, 1e-12);
}

// A little less activity is no warning, much less is.
TEST(ListsPitfalls, ActivityOnlyWhereItDiffersMuch) {
  for (const std::size_t every : {20u, 3u}) {
    auto people = alike(1000);
    rewrite(people.histories, [&](std::size_t u, std::vector<std::uint32_t> &history) {
      if (u % 2 == 1 && u / 2 % every == 0) history.pop_back();
    });
    EXPECT_EQ(warned(people), every == 20 ? "" : "history_length ");
  }
}

// Hypothesis: seen items by chance in both groups alike are warned of in 1 % of audits. n = 300;
// more than 16 are a false alarm of this test with probability below 1e-7 (scipy.stats.binom.sf(16,
// 300, .01) = 3e-8). Lists here hold 8 of 20 items of the history's taste at even odds.
TEST(ListsPitfalls, FalseAlarmsAreRare) {
  int warnings = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    warnings += warned(listed_people(80, 0.5, 0.5, 100 + seed)).empty() ? 0 : 1;
  }
  EXPECT_LE(warnings, 16);
}

// Arrays of n people with a history and a list of two items each.
struct Arrays {
  explicit Arrays(std::size_t n = 100) : members(n) {
    for (std::size_t u = 0; u < n; ++u) {
      members[u] = u % 2 == 0 ? 1 : 0;
      offsets.push_back(2 * u + 2);
      items.insert(items.end(), {static_cast<std::uint32_t>(u % 9), 9});
    }
  }
  recveil_audit_population population() const {
    recveil_audit_population out = RECVEIL_AUDIT_POPULATION_INIT;
    out.n_users = members.size();
    out.n_items = 10;
    out.history_offsets = offsets.data();
    out.history_items = items.data();
    out.list_offsets = list_offsets.empty() ? offsets.data() : list_offsets.data();
    out.list_items = list_items.empty() ? items.data() : list_items.data();
    out.members = members.data();
    return out;
  }
  std::string error() const {
    try {
      population_from(population(), "target");
    } catch (const Error &error) {
      return error.status() == Status::argument ? error.what() : std::string("another status");
    }
    return "accepted";
  }
  std::vector<std::size_t> offsets{0}, list_offsets;
  std::vector<std::uint32_t> items, list_items;
  std::vector<std::uint8_t> members;
};

TEST(ListsInput, ACopyOfWhatIsRight) {
  const Arrays arrays;
  const auto people = population_from(arrays.population(), "target");
  EXPECT_EQ(people.histories.n_items, 10u);
  EXPECT_EQ(people.histories.items, arrays.items);
  EXPECT_EQ(people.lists.offsets.size(), 101u);
  EXPECT_EQ(people.member, arrays.members);
  EXPECT_EQ(Arrays(101).error(), "accepted");  // 51 and 50
}

TEST(ListsInput, Errors) {
  Arrays arrays;
  arrays.items[7] = 10;
  EXPECT_EQ(arrays.error(), "target.history_items: user 3: item 10 is not below n_items, 10");
  arrays = Arrays();
  arrays.items[6] = 9;
  EXPECT_EQ(arrays.error(), "target.history_items: user 3: item 9 stands twice");
  arrays = Arrays();
  arrays.offsets[0] = 1;
  EXPECT_EQ(arrays.error(), "target.history_offsets: must begin with 0");
  arrays = Arrays();
  arrays.offsets[4] = std::size_t{1} << 40;  // must not be followed
  EXPECT_EQ(arrays.error(), "target.history_offsets: user 4: the offsets fall");
  arrays = Arrays();
  arrays.offsets[4] = arrays.offsets[3];
  EXPECT_EQ(arrays.error(), "target.history_offsets: user 3 has no items");
  arrays = Arrays();
  arrays.list_items = arrays.items;
  arrays.list_items[199] = 77;
  EXPECT_EQ(arrays.error(), "target.list_items: user 99: item 77 is not below n_items, 10");
  arrays = Arrays();
  arrays.list_offsets = arrays.offsets;
  arrays.list_offsets[100] = arrays.list_offsets[99];
  EXPECT_EQ(arrays.error(), "accepted");  // shown nothing
  arrays.list_offsets[100] = arrays.list_offsets[99] - 1;
  EXPECT_EQ(arrays.error(), "target.list_offsets: user 99: the offsets fall");
  arrays = Arrays();
  arrays.members[5] = 2;
  EXPECT_EQ(arrays.error(), "target.members: user 5: is 2, neither 0 nor 1");
  arrays = Arrays();
  arrays.members[0] = 0;
  EXPECT_EQ(arrays.error(),
            "target.members: 49 members and 51 others, an audit needs at least 50 of each");
  EXPECT_EQ(Arrays(99).error(),
            "target.members: 50 members and 49 others, an audit needs at least 50 of each");
  EXPECT_EQ(Arrays(0).error(), "target.n_users: there are no users");
}

}  // namespace
}  // namespace recveil::audit
