// What one audit writes the other reads: the same rows under the same numbers.
#include "audit/lists_export.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/error.h"
#include "data/read_lists.h"
#include "support/audit_lists.h"
#include "support/data_folder.h"

namespace recveil::audit {
namespace {

using support::listed_people;
using support::TempFolder;

void expect_same(const Interactions &a, const Interactions &b) {
  EXPECT_EQ(a.n_items, b.n_items);
  EXPECT_EQ(a.offsets, b.offsets);
  EXPECT_EQ(a.items, b.items);
}

void expect_same(const data::ListedPeople &a, const attack::Population &b) {
  expect_same(a.histories, b.histories);
  expect_same(a.lists, b.lists);
  EXPECT_EQ(a.member, b.member);
}

TEST(ListsExport, IsReadBackTheSame) {
  const TempFolder folder;
  const std::string out = folder / "out";
  auto target = listed_people(20, 0.5, 0.5, 1), shadow = listed_people(15, 0.5, 0.5, 2);
  auto auxiliary = listed_people(10, 0.5, 0.5, 3).histories;
  // Somebody in the middle and the last one are shown nothing.
  Interactions lists;
  for (std::size_t u = 0; u < 40; ++u) {
    lists.append(u == 7 || u == 39 ? std::span<const std::uint32_t>() : target.lists.row(u));
  }
  target.lists = lists;
  // Items that nobody names keep their numbers too.
  target.histories.n_items = target.lists.n_items = shadow.histories.n_items =
      shadow.lists.n_items = auxiliary.n_items = 200;
  export_lists(out, target, shadow, auxiliary);
  export_lists(out, target, shadow, auxiliary);  // over the first
  const auto tables =
      data::read_lists({out + "/histories.csv", out + "/lists.csv", out + "/members.csv"},
                       data::ListFiles{out + "/shadow-histories.csv", out + "/shadow-lists.csv",
                                       out + "/shadow-members.csv"},
                       out + "/auxiliary.csv", out + "/items.csv");
  expect_same(tables.target, target);
  ASSERT_TRUE(tables.shadow);
  expect_same(*tables.shadow, shadow);
  ASSERT_TRUE(tables.auxiliary);
  expect_same(*tables.auxiliary, auxiliary);
  std::size_t files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(out)) files += entry.exists();
  EXPECT_EQ(files, 8u);
}

TEST(ListsExport, AFolderThatCannotBe) {
  const TempFolder folder;
  const auto people = listed_people(2, 0.5, 0.5, 1);
  try {
    export_lists(folder / "no/such", people, people, people.histories);
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), Status::io);
    EXPECT_NE(std::string(error.what()).find("no/such: cannot be made"), std::string::npos);
  }
}

}  // namespace
}  // namespace recveil::audit
