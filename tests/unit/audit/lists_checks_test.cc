// What is wrong with an export, planted in people whose lists are right.
#include "audit/lists_checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/attackers.h"
#include "audit/lists_fit.h"
#include "audit/persons.h"
#include "audit/split.h"
#include "support/audit_lists.h"

namespace recveil::audit {
namespace {

using Row = std::vector<std::uint32_t>;

constexpr std::uint32_t kTastes = 6, kOfTaste = 60, kItems = kTastes * kOfTaste;

// 12 items of one taste taken, 12 others of that taste shown; every second one is a member.
attack::Population people_with_tastes(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  attack::Population out;
  out.histories.n_items = out.lists.n_items = kItems;
  for (std::size_t u = 0; u < n; ++u) {
    const auto taste = static_cast<std::uint32_t>(rng.below(kTastes));
    Row items;
    for (std::uint32_t i = 0; i < kOfTaste; ++i) items.push_back(i * kTastes + taste);
    rng.shuffle(items);
    out.histories.append(std::span(items).first(12));
    out.lists.append(std::span(items).subspan(12, 12));
    out.member.push_back(u % 2 == 0 ? 1 : 0);
  }
  return out;
}

std::string warned(const attack::Population &target,
                   const std::optional<attack::Population> &shadow) {
  const auto knowledge = learn_items(people_with_tastes(300, 99).histories, 1);
  std::string out;
  for (const Check &check :
       check_export(target, shadow ? &*shadow : nullptr, *knowledge, 1).checks) {
    EXPECT_FALSE(check.voids && check.warning.empty()) << check.name;
    if (!check.warning.empty()) out += check.name + (check.voids ? "! " : " ");
  }
  return out;
}

// Rows `from` of the population again, behind the others.
void repeat(attack::Population &people, std::size_t from, bool other_label) {
  const auto history = people.histories.row(from), list = people.lists.row(from);
  people.histories.append(Row(history.begin(), history.end()));
  people.lists.append(Row(list.begin(), list.end()));
  people.member.push_back(other_label ? 1 - people.member[from] : people.member[from]);
}

Interactions moved(const Interactions &rows, std::size_t by, std::size_t every = 1) {
  Interactions out;
  out.n_items = rows.n_items;
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    out.append(rows.row(u % every == 0 ? (u + by) % rows.n_users() : u));
  }
  return out;
}

Interactions named(const Interactions &rows, const Row &name) {
  Interactions out = rows;
  for (std::uint32_t &item : out.items) item = name[item];
  return out;
}

Row shuffled_names() {
  Row out(kItems);
  for (std::uint32_t i = 0; i < kItems; ++i) out[i] = i;
  Rng(7).shuffle(out);
  return out;
}

struct Export {
  attack::Population target = people_with_tastes(400, 1);
  std::optional<attack::Population> shadow = people_with_tastes(400, 2);
};

struct Fault {
  const char *name;
  std::function<void(Export &)> plant;
  const char *warned;
};

TEST(ListsChecks, EachFaultByItsName) {
  const Row names = shuffled_names();
  const Fault faults[] = {
      {"none", [](Export &) {}, ""},
      {"no shadow", [](Export &e) { e.shadow.reset(); }, ""},
      {"a tenth again, under the other label",
       [](Export &e) {
         for (std::size_t u = 0; u < 40; ++u) repeat(e.target, 10 * u, true);
       },
       "people_twice! "},
      {"some again, under the same label",
       [](Export &e) {
         for (std::size_t u = 0; u < 6; ++u) repeat(e.target, 10 * u, false);
       },
       "people_twice "},
      {"everybody under both labels, with one list",
       [](Export &e) {
         for (std::size_t u = 0; u < 400; ++u) repeat(e.target, u, true);
         for (std::size_t u = 0; u < 400; ++u) repeat(*e.shadow, u, true);
       },
       "people_twice! "},
      {"the shadow is the target", [](Export &e) { e.shadow = e.target; },
       "people_in_both! lists_in_both! "},
      {"a few of the shadow are of the target",
       [](Export &e) {
         for (std::size_t u = 0; u < 3; ++u) {
           attack::Population &people = *e.shadow;
           const auto history = e.target.histories.row(u);
           people.histories.append(history);
           people.lists.append(people.lists.row(50 + u));
           people.member.push_back(1);
         }
       },
       "people_in_both "},
      {"lists of the shadow", [](Export &e) { e.target.lists = e.shadow->lists; },
       "lists_in_both! seen_items lists_of_others! "},
      {"lists of the next", [](Export &e) { e.target.lists = moved(e.target.lists, 1); },
       "seen_items lists_of_others! "},
      {"lists of somebody else", [](Export &e) { e.target.lists = moved(e.target.lists, 137); },
       "seen_items lists_of_others! "},
      {"lists of the shadow's next", [](Export &e) { e.shadow->lists = moved(e.shadow->lists, 1); },
       "shadow_lists_of_others! "},
      {"a third is cached", [](Export &e) { e.target.lists = moved(e.target.lists, 1, 3); },
       "equal_lists! seen_items "},
      {"items of lists permuted", [&](Export &e) { e.target.lists = named(e.target.lists, names); },
       "seen_items lists_of_others! "},
      {"items of histories permuted",
       [&](Export &e) { e.target.histories = named(e.target.histories, names); },
       "seen_items lists_of_others! "},
      {"items named otherwise",
       [](Export &e) {
         for (auto *rows :
              {&e.target.histories, &e.target.lists, &e.shadow->histories, &e.shadow->lists}) {
           rows->n_items = 2 * kItems;
         }
         for (std::uint32_t &item : e.target.lists.items) item += kItems;
       },
       "item_ids! lists_of_others! "},
      {"seen items in all lists",
       [](Export &e) {
         Interactions lists;
         lists.n_items = kItems;
         for (std::size_t u = 0; u < 400; ++u) {
           const auto row = e.target.lists.row(u);
           Row list(row.begin(), row.end());
           list[4] = e.target.histories.row(u)[0];
           lists.append(list);
         }
         e.target.lists = lists;
       },
       "seen_items "},
      {"most were shown nothing",
       [](Export &e) {
         Interactions lists;
         lists.n_items = kItems;
         for (std::size_t u = 0; u < 400; ++u) {
           lists.append(u % 3 == 0 ? e.target.lists.row(u) : std::span<const std::uint32_t>());
         }
         e.target.lists = lists;
       },
       "empty_lists! "},
  };
  for (const Fault &fault : faults) {
    Export e;
    fault.plant(e);
    if (e.target.lists.n_items > kItems) {
      // Knowledge over as many items.
      auto people = people_with_tastes(300, 99).histories;
      people.n_items = 2 * kItems;
      std::string out;
      for (const Check &check :
           check_export(e.target, &*e.shadow, *learn_items(people, 1), 1).checks) {
        if (!check.warning.empty()) out += check.name + (check.voids ? "! " : " ");
      }
      EXPECT_EQ(out, fault.warned) << fault.name;
      continue;
    }
    EXPECT_EQ(warned(e.target, e.shadow), fault.warned) << fault.name;
  }
}

// Two systems that swap their people: everybody is there twice, with two lists. No fault.
TEST(ListsChecks, TwoSystemsThatSwapTheirPeople) {
  auto target = people_with_tastes(400, 1);
  const auto other = people_with_tastes(400, 1);
  Rng rng(3);
  for (std::size_t u = 0; u < 400; ++u) {
    repeat(target, u, true);
    const std::span<std::uint32_t> list(target.lists.items.data() + target.lists.offsets[400 + u],
                                        12);
    // Another system shows other items of the taste.
    const std::uint32_t taste = list[0] % kTastes;
    Row items;
    for (std::uint32_t i = 0; i < kOfTaste; ++i) items.push_back(i * kTastes + taste);
    rng.shuffle(items);
    const auto history = target.histories.row(u);
    std::erase_if(items, [&](std::uint32_t item) {
      return std::find(history.begin(), history.end(), item) != history.end();
    });
    std::copy_n(items.begin(), 12, list.begin());
  }
  EXPECT_EQ(warned(target, std::nullopt), "");
  const auto knowledge = learn_items(other.histories, 1);
  EXPECT_TRUE(check_export(target, nullptr, *knowledge, 1).paired);
  EXPECT_FALSE(check_export(other, nullptr, *knowledge, 1).paired);
}

// Hypothesis: intact exports of 200 people are warned of hardly ever: the alarms that chance can
// raise (a fit within 4 standard errors, histories of 12 of 60 items that are equal) have
// probabilities below 1e-4 each. 30 exports.
TEST(ListsChecks, NoFalseAlarms) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    EXPECT_EQ(
        warned(people_with_tastes(200, 10 + 2 * seed), people_with_tastes(200, 11 + 2 * seed)), "")
        << seed;
  }
}

TEST(ListsFit, NextAndPreviousAreFound) {
  auto people = people_with_tastes(400, 1);
  const auto knowledge = learn_items(people_with_tastes(300, 99).histories, 1);
  const auto right = fits_of(people, *knowledge, 1);
  for (const ListFit &fit : right) {
    EXPECT_TRUE(fit.fits());
    EXPECT_TRUE(fit.filtered());
    EXPECT_EQ(fit.people, 200u);
  }
  people.lists = moved(people.lists, 1);
  for (const ListFit &fit : fits_of(people, *knowledge, 1)) {
    EXPECT_FALSE(fit.fits() || fit.filtered());
    EXPECT_GT(fit.next, 0.8);
    EXPECT_NEAR(fit.previous, 0.5, 6 * fit.previous_error);
  }
}

TEST(Persons, EqualSetsInAnyOrder) {
  Interactions first, second;
  first.n_items = second.n_items = 9;
  first.append(Row{1, 2, 3});
  first.append(Row{3, 1, 2});
  first.append(Row{1, 2});
  second.append(Row{2, 1});
  second.append(Row{});
  EXPECT_EQ(persons(first, second), (Row{0, 0, 1, 1, 2}));
}

TEST(Persons, ArePutInOnePart) {
  std::vector<std::uint8_t> member;
  Row person, once;
  for (std::uint32_t u = 0; u < 40; ++u) {
    member.push_back(u < 20 ? 1 : 0);
    person.push_back(u % 20);
    once.push_back(u);
  }
  EXPECT_EQ(deal_persons(member, once, 3, 5), deal(member, 3, 5));
  const auto parts = deal_persons(member, person, 2, 5);
  ASSERT_EQ(parts.size(), 2u);
  for (const Row &part : parts) {
    EXPECT_EQ(part.size(), 20u);
    for (const std::uint32_t u : part) {
      EXPECT_TRUE(std::binary_search(part.begin(), part.end(), (u + 20) % 40));
    }
  }
}

}  // namespace
}  // namespace recveil::audit
