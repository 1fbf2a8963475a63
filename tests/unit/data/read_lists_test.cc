#include "data/read_lists.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::error_of;
using support::TempFolder;

std::vector<std::uint32_t> row(const Interactions &rows, std::size_t u) {
  const auto items = rows.row(u);
  return {items.begin(), items.end()};
}
using Row = std::vector<std::uint32_t>;

constexpr const char *kHistories = "u1,x\nu2,y\nu1,z\n";
constexpr const char *kLists = "u1,1,y\nu1,2,w\nu2,1,x\n";
constexpr const char *kMembers = "u2,0\nu1,1\n";

struct Files {
  TempFolder folder;
  ListFiles names{folder.write("h", kHistories), folder.write("l", kLists),
                  folder.write("m", kMembers)};
  std::optional<ListFiles> shadow;
  std::string auxiliary, items;

  ListTables read() const { return read_lists(names, shadow, auxiliary, items); }
  // The error without the folder's name.
  std::string error() const {
    std::string text = error_of([&] { read(); });
    for (std::size_t at; (at = text.find(folder.path() + "/")) != text.npos;) {
      text.erase(at, folder.path().size() + 1);
    }
    return text;
  }
};

TEST(ReadLists, RowsAreInTheOrderOfMembers) {
  const ListTables tables = Files().read();
  EXPECT_EQ(tables.target.member, (std::vector<std::uint8_t>{0, 1}));
  // Histories name items first, row by row: y, x, z; then lists: w.
  EXPECT_EQ(row(tables.target.histories, 0), (Row{0}));
  EXPECT_EQ(row(tables.target.histories, 1), (Row{1, 2}));
  EXPECT_EQ(row(tables.target.lists, 0), (Row{1}));
  EXPECT_EQ(row(tables.target.lists, 1), (Row{0, 3}));
  EXPECT_EQ(tables.target.lists.n_items, 4u);
  EXPECT_EQ(tables.target.histories.n_items, 4u);
  EXPECT_FALSE(tables.shadow);
  EXPECT_FALSE(tables.auxiliary);
}

TEST(ReadLists, RanksMayStandInAnyOrder) {
  Files files;
  files.folder.write("l", "u1,2,w\nu2,1,x\nu1,3,x\nu1,1,y\n");
  EXPECT_EQ(row(files.read().target.lists, 1), (Row{0, 3, 1}));
}

TEST(ReadLists, OptionsNameColumnsAndTimesSort) {
  Files files;
  files.names.histories = files.folder.write("h", "when;who;what\n9;u1;x\n5;u2;y\n3;u1;z\n") +
                          "?header=1&sep=;&user=who&item=what&time=when";
  files.names.members = files.folder.write("m", "1\tu1\n0\tu2\n") + "?sep=tab&user=1&member=0";
  files.names.lists = files.folder.write("l", "i,u,r\ny,u1,1\n\"w\",u1,2\nx,u2,1\n") +
                      "?header=1&user=u&rank=r&item=0";
  const ListTables tables = files.read();
  EXPECT_EQ(row(tables.target.histories, 0), (Row{0, 1}));  // z, then x
  EXPECT_EQ(row(tables.target.lists, 0), (Row{2, 3}));      // y, w
}

TEST(ReadLists, PackedFiles) {
  Files files;
  files.names.histories = files.folder.write("h.gz", support::gzip(kHistories));
  files.names.lists = files.folder.write("l.xz", support::xz(kLists));
  EXPECT_EQ(files.read().target.lists.items, Files().read().target.lists.items);
}

TEST(ReadLists, ACatalogueNumbersTheItems) {
  Files files;
  files.items = files.folder.write("i", "a\nz\ny\nx\nw\n");
  const ListTables tables = files.read();
  EXPECT_EQ(row(tables.target.histories, 1), (Row{3, 1}));
  EXPECT_EQ(tables.target.lists.n_items, 5u);
  files.folder.write("i", "a\nz\ny\nx\n");
  EXPECT_EQ(files.error(), "-13: l:2: field item: \"w\" is not in i");
  files.folder.write("i", "a\nz\nw\nx\n");
  EXPECT_EQ(files.error(), "-13: h:2: field item: \"y\" is not in i");
  files.folder.write("i", "a\nz\na\n");
  EXPECT_EQ(files.error(), "-13: i:3: field item: \"a\" is a duplicate");
}

TEST(ReadLists, ShadowAndAuxiliaryShareTheItems) {
  Files files;
  files.shadow = ListFiles{files.folder.write("sh", "s,w\n"), files.folder.write("sl", "s,1,q\n"),
                           files.folder.write("sm", "s,1\n")};
  files.auxiliary = files.folder.write("a", "a1,x\na2,r\na1,w\n");
  const ListTables tables = files.read();
  EXPECT_EQ(row(tables.shadow->histories, 0), (Row{3}));
  EXPECT_EQ(row(tables.shadow->lists, 0), (Row{4}));
  EXPECT_EQ(row(*tables.auxiliary, 0), (Row{1, 3}));
  EXPECT_EQ(row(*tables.auxiliary, 1), (Row{5}));
  for (const Interactions *rows : {&tables.target.histories, &tables.target.lists,
                                   &tables.shadow->histories, &*tables.auxiliary}) {
    EXPECT_EQ(rows->n_items, 6u);
  }
}

TEST(ReadLists, NobodyIsInTwoPopulations) {
  Files files;
  files.shadow = ListFiles{files.folder.write("sh", "s,w\n"), files.folder.write("sl", "s,1,q\n"),
                           files.folder.write("sm", "s,1\nu1,0\n")};
  EXPECT_EQ(files.error(),
            "-13: sm:2: field user: \"u1\" is also in m: nobody may be in two populations");
  files.shadow = files.names;  // the very same files
  EXPECT_EQ(files.error(),
            "-13: m:1: field user: \"u2\" is also in m: nobody may be in two populations");
  files.shadow.reset();
  files.auxiliary = files.folder.write("a", "a1,x\nu2,x\n");
  EXPECT_EQ(files.error(),
            "-13: a:2: field user: \"u2\" is also in m: nobody may be in two populations");
}

struct Case {
  const char *file, *text, *error;
};

TEST(ReadLists, ErrorsNameFileLineAndField) {
  for (const Case &each : std::initializer_list<Case>{
           {"m", "u1,1\nu2,0\nu3,0\n", "m:3: field user: this user has no history in h"},
           {"m", "u1,1\n", "h:2: field user: \"u2\" is not in m"},
           {"m", "u1,1\nu2,0\nu1,1\n", "m:3: field user: \"u1\" is also on line 1"},
           {"m", "u1,1\nu2,2\n", "m:2: field member: \"2\" is neither 0 nor 1"},
           {"m", "u1,1\nu2,true\n", "m:2: field member: \"true\" is neither 0 nor 1"},
           {"m", "u1,1\nu2,\n", "m:2: field member: is empty"},
           {"m", "u1\nu2\n", "m:1: field member: there is no column 1, columns are 0 to 0"},
           {"m", "", "m: no users"},
           {"h", "", "h: no interactions"},
           {"h", "u1,x\nu2,y\nu1,x\n",
            "h:3: field item: the same user and item as on line 1; duplicates=first or "
            "duplicates=last keeps one of them"},
           {"h", "u1,x\nu2\n", "h:2: the line has 1 field, not 2"},
           {"h", "u1,x\nu2,\n", "h:2: field item: is empty"},
           {"h", "u1,x\n", "m:1: field user: this user has no history in h"},
           {"l", "", "m:1: field user: this user has no list in l"},
           {"l", "u1,1,x\n", "m:1: field user: this user has no list in l"},
           {"l", "u1,1,x\nu2,1,x\nu9,1,x\n", "l:3: field user: \"u9\" is not in m"},
           {"l", "u1,0,x\nu2,1,x\n",
            "l:1: field rank: is 0, ranks begin with 1; 0 without an item says that a list is "
            "empty"},
           {"l", "u1,0,\nu1,1,x\nu2,1,x\n",
            "l:1: field rank: is 0, which says that the list is empty, but the user has 1 other "
            "lines"},
           {"l", "u1,1.5,x\nu2,1,x\n", "l:1: field rank: \"1.5\" is not a whole number"},
           {"l", "u1,-1,x\nu2,1,x\n", "l:1: field rank: \"-1\" is not a whole number"},
           {"l", "u1,01,x\nu2,1,x\n", "l:1: field rank: \"01\" has a leading zero"},
           {"l", "u1,1,x\nu2,1,x\nu1,3,y\n",
            "l:3: field rank: is 3, but the user has 2 lines: ranks must be 1, 2, 3, ... without a "
            "gap"},
           {"l", "u1,2,x\nu2,1,x\nu1,2,y\n",
            "l:3: field rank: the same user and rank as on line 1"},
           {"l", "u1,1,x\nu2,1,x\nu1,2,x\n",
            "l:3: field item: the same user and item as on line 1"},
           {"l", "u1,2,x\nu2,1,x\nu1,1,x\n",
            "l:3: field item: the same user and item as on line 1"},
           {"l", "u1,1,\nu2,1,x\n", "l:1: field item: is empty"}}) {
    Files files;
    files.folder.write(each.file, each.text);
    EXPECT_EQ(files.error(), std::string("-13: ") + each.error) << each.file << "\n" << each.text;
  }
}

TEST(ReadLists, TimesAreChecked) {
  Files files;
  files.folder.write("h", "u1,x,5\nu2,y,now\n");
  files.names.histories += "?time=2";
  EXPECT_EQ(files.error(),
            "-13: h:2: field time: \"now\" is neither Unix seconds nor a date of ISO 8601");
}

TEST(ReadLists, HistoriesMayRepeatIfToldSo) {
  Files files;
  files.folder.write("h", "u1,x\nu2,y\nu1,z\nu1,x\n");
  files.names.histories += "?duplicates=last";
  EXPECT_EQ(row(files.read().target.histories, 1), (Row{1, 2}));  // z, then x
}

TEST(ReadLists, ErrorsOfOptionsAndFiles) {
  struct Option {
    std::string ListFiles::*file;
    const char *options, *error;
  };
  for (const Option &each : std::initializer_list<Option>{
           {&ListFiles::lists, "?rnk=1",
            "-2: csv: there is no option \"rnk\"; did you mean \"rank\"?"},
           {&ListFiles::members, "?member=flag",
            "-2: csv: member: \"flag\" is not a number, and column names need header=1"},
           {&ListFiles::histories, "?time=1", "-13: h:1: field time: is the same column as item"},
           {&ListFiles::histories, "?user=1", "-13: h:1: field item: is the same column as user"},
           {&ListFiles::lists, "?item=1", "-13: l:1: field item: is the same column as rank"},
           {&ListFiles::histories, "?duplicates=all",
            "-2: csv: duplicates: \"all\" is not error, first or last"},
           {&ListFiles::lists, ".absent", "-9: l.absent: no such file"}}) {
    Files files;
    files.names.*each.file += each.options;
    EXPECT_EQ(files.error().substr(0, std::string(each.error).size()), each.error);
  }
}

}  // namespace
}  // namespace recveil::data
