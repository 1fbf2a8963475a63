// csv:FILE?... on files of a few lines.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::TempFolder;
using Ids = std::vector<std::string>;
using Items = std::vector<std::uint32_t>;
using Times = std::vector<std::int64_t>;

class Csv : public testing::Test {
 protected:
  Dataset load_text(std::string_view text, const std::string &options) {
    folder_.write("t", text);
    return load("csv:" + folder_ / "t" + "?" + options);
  }
  // The error of that, without the folder.
  std::string error_of(std::string_view text, const std::string &options) {
    std::string error = support::error_of([&] { load_text(text, options); });
    if (const auto at = error.find(folder_.path()); at != error.npos) {
      error.erase(at, folder_.path().size() + 1);
    }
    return error;
  }
  TempFolder folder_;
};

TEST_F(Csv, ReadsColumnsByNumber) {
  const Dataset data = load_text("4,b,x,20\n5,a,y,10\n3,a,x,30\n", "user=1&item=2&rating=0&time=3");
  EXPECT_EQ(data.name, "csv:t");
  EXPECT_EQ(data.user_ids, Ids({"b", "a"}));
  EXPECT_EQ(data.item_ids, Ids({"x", "y"}));
  EXPECT_EQ(data.interactions.n_items, 2u);
  EXPECT_EQ(data.interactions.offsets, (std::vector<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(data.interactions.items, Items({0, 1, 0}));
  EXPECT_EQ(data.ratings, (std::vector<float>{4, 5, 3}));
  EXPECT_EQ(data.times, Times({20, 10, 30}));
  EXPECT_TRUE(data.attributes.empty());
  EXPECT_TRUE(data.injected.empty());
}

TEST_F(Csv, HasDefaultsForEverything) {
  folder_.write("t", "a,x\na,y\n");
  const Dataset data = load("csv:" + folder_ / "t");
  EXPECT_EQ(data.user_ids, Ids({"a"}));
  EXPECT_EQ(data.item_ids, Ids({"x", "y"}));
  EXPECT_TRUE(data.ratings.empty());
  EXPECT_TRUE(data.times.empty());
}

TEST_F(Csv, ReadsColumnsByName) {
  const Dataset data = load_text("when,who,what\n7,a,x\n", "user=who&item=what&time=when&header=1");
  EXPECT_EQ(data.user_ids, Ids({"a"}));
  EXPECT_EQ(data.item_ids, Ids({"x"}));
  EXPECT_EQ(data.times, Times({7}));
  EXPECT_EQ(load_text("h,i\na,x\n", "header=1").user_ids, Ids({"a"})) << "numbers with a header";
}

TEST_F(Csv, TakesAnySeparator) {
  for (const auto &[separator, option] : std::vector<std::pair<std::string, std::string>>{
           {"::", "::"}, {"\t", "tab"}, {"\t", "\\t"}, {"|", "|"}, {" ", " "}, {"=", "="}}) {
    const Dataset data = load_text("a" + separator + "x,y", "sep=" + option);
    EXPECT_EQ(data.item_ids, Ids({"x,y"})) << option;
  }
}

TEST_F(Csv, TakesIdsOfAnyText) {
  const Dataset data = load_text("007,\"x,\"\"y\"\"\"\n7, x \n用户,-1\n1.2.0,\"a\nb\"\n", "");
  EXPECT_EQ(data.user_ids, Ids({"007", "7", "用户", "1.2.0"}));
  EXPECT_EQ(data.item_ids, Ids({"x,\"y\"", "x", "-1", "a\nb"}));
}

TEST_F(Csv, ReadsPackedFilesAndWindowsLines) {
  const std::string text = "\xEF\xBB\xBFuser,item\r\na,x\r\nb,x\r\n";
  const std::string options = "?user=user&header=1";
  folder_.write("g.gz", support::gzip(text));
  folder_.write("x.xz", support::xz(text));
  for (const char *name : {"g", "g.gz", "x", "x.xz"}) {
    const Dataset data = load("csv:" + folder_ / name + options);
    EXPECT_EQ(data.user_ids, Ids({"a", "b"})) << name;
    EXPECT_EQ(data.item_ids, Ids({"x"})) << name;
  }
}

TEST_F(Csv, SortsRowsByTimeStablyUnknownFirst) {
  const Dataset data = load_text("a,x,30\na,y,0\na,z,10\na,v,0\na,w,10\n", "time=2");
  EXPECT_EQ(data.item_ids, Ids({"y", "v", "z", "w", "x"}));
  EXPECT_EQ(data.interactions.items, Items({0, 1, 2, 3, 4}));
  EXPECT_EQ(data.times, Times({0, 0, 10, 10, 30}));
}

TEST_F(Csv, KeepsTheDuplicateItIsToldTo) {
  const std::string text = "a,x,1\nb,x,2\na,y,3\na,x,4\n";
  EXPECT_EQ(error_of(text, "rating=2"),
            "-13: t:4: field item: the same user and item as on line 1; duplicates=first or "
            "duplicates=last keeps one of them");
  EXPECT_EQ(error_of("u,i\nb,y\na,x\na,x\nb,y\n", "header=1&duplicates=error").substr(0, 73),
            "-13: t:4: field item: the same user and item as on line 3; duplicates=fir");

  const Dataset first = load_text(text, "rating=2&duplicates=first");
  EXPECT_EQ(first.interactions.items, Items({0, 1, 0}));
  EXPECT_EQ(first.item_ids, Ids({"x", "y"}));
  EXPECT_EQ(first.ratings, (std::vector<float>{1, 3, 2}));
  const Dataset last = load_text(text, "rating=2&duplicates=last");
  EXPECT_EQ(last.interactions.items, Items({0, 1, 1}));
  EXPECT_EQ(last.item_ids, Ids({"y", "x"}));
  EXPECT_EQ(last.ratings, (std::vector<float>{3, 4, 2}));
}

TEST_F(Csv, NamesTheColumnThatIsNotThere) {
  EXPECT_EQ(error_of("a,x\n", "item=2"),
            "-13: t:1: field item: there is no column 2, columns are 0 to 1");
  EXPECT_EQ(error_of("uid,iid\na,x\n", "user=uid&item=id&header=1"),
            "-13: t:1: field item: there is no column \"id\"; did you mean \"uid\"?");
  EXPECT_EQ(error_of("uid,uid\na,x\n", "user=uid&header=1"),
            "-13: t:1: field user: two columns are called \"uid\"");
  EXPECT_EQ(error_of("a,x\n", "user=1"), "-13: t:1: field item: is the same column as user");
  EXPECT_EQ(error_of("a,x,1\n", "rating=2&time=2"),
            "-13: t:1: field time: is the same column as rating");
}

TEST_F(Csv, NamesFilesThatHoldNothing) {
  EXPECT_EQ(error_of("", ""), "-13: t: no interactions");
  EXPECT_EQ(error_of("", "header=1"), "-13: t: the file is empty");
  EXPECT_EQ(error_of("user,item\n", "header=1"), "-13: t: no interactions");
  EXPECT_EQ(support::error_of([&] { load("csv:" + folder_ / "none"); }),
            "-9: " + folder_ / "none" + ": no such file, nor with .xz or .gz");
}

TEST_F(Csv, NamesTheLineThatIsWrong) {
  EXPECT_EQ(error_of("a,x\nb\n", ""), "-13: t:2: the line has 1 field, not 2");
  EXPECT_EQ(error_of("a,x\n\n \nb,y\n", ""), "-13: t:2: is empty, and line 4 is not");
  EXPECT_EQ(error_of("a,x\na,y,1\n", ""), "-13: t:2: the line has 3 fields, not 2");
  EXPECT_EQ(error_of("a,x\n,y\n", ""), "-13: t:2: field user: is empty");
  EXPECT_EQ(error_of("a,x\nb,\"\"\n", ""), "-13: t:2: field item: is empty");
  EXPECT_EQ(error_of("a,x\n\"b,y\n", ""),
            "-13: t:2: a quote that opens on this line is never closed");
  EXPECT_EQ(error_of("a,x\n\"b\"c,y\n", ""), "-13: t:2: text follows a closing quote");
  EXPECT_EQ(error_of(std::string_view("a,x\nb\0,y\n", 9), ""),
            "-13: t:2: the line holds a NUL byte");
  EXPECT_EQ(error_of("a,x\nb," + std::string(1 << 20, 'y') + "\n", ""),
            "-13: t:2: the line is longer than 1 MiB");
}

}  // namespace
}  // namespace recveil::data
