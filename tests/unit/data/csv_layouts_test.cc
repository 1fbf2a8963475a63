// csv:FILE?... on files as people have them: what is read, and what is refused in words. Every rule
// is that of one reader, so lists, attributes and ids have them too; a few are shown.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "data/load.h"
#include "data/read_ids.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using Ids = std::vector<std::string>;
using Times = std::vector<std::int64_t>;

class CsvLayouts : public testing::Test {
 protected:
  Dataset read(std::string_view text, const std::string &options = "") {
    folder_.write("t", text);
    return load("csv:" + folder_ / "t" + "?" + options);
  }
  std::string error_of(std::string_view text, const std::string &options = "") {
    return without_folder(support::error_of([&] { read(text, options); }));
  }
  std::string without_folder(std::string error) const {
    for (std::size_t at; (at = error.find(folder_.path())) != error.npos;) {
      error.erase(at, folder_.path().size() + 1);
    }
    return error;
  }
  support::TempFolder folder_;
};

TEST_F(CsvLayouts, FirstLinesThatLookLikeNamesAreRefusedUnlessDeclared) {
  const std::string hint = "; give header=1 if it is, header=0 if it is a row";
  EXPECT_EQ(error_of("user,item\nu1,i1\n"),
            "-13: t:1: looks like names (\"user\", \"item\")" + hint);
  EXPECT_EQ(error_of("user,item\n"), "-13: t:1: looks like names (\"user\", \"item\")" + hint);
  EXPECT_EQ(error_of("\"User ID\",\"Movie Id\",x\nu1,i1,7\n").substr(0, 26),
            "-13: t:1: looks like names");
  EXPECT_EQ(error_of("kunde,artikel,punkte\nk1,a1,5\nk2,a1,4\nk1,a2,3\n"),
            "-13: t:1: looks like names (\"kunde\", \"artikel\", \"punkte\")" + hint)
      << "words over numbers";
  EXPECT_EQ(error_of("u:token\ti:token\nu1\ti1\n", "sep=tab").substr(0, 26),
            "-13: t:1: looks like names")
      << "RecBole";
  EXPECT_EQ(read("user,item\nu1,i1\n", "header=0").user_ids, Ids({"user", "u1"}));
  EXPECT_EQ(read("user,item\nu1,i1\n", "header=1").user_ids, Ids({"u1"}));
  // Rows whose first ids are words; and an ISBN above numbers.
  EXPECT_EQ(read("ann,tea\nbob,tea\ncy,pie\ndee,pie\n").user_ids, Ids({"ann", "bob", "cy", "dee"}));
  EXPECT_EQ(
      read("276725,034545104X,0\n276726,0155061224,5\n276727,0446520802,0\n276729,052165615,3\n")
          .item_ids.front(),
      "034545104X");
  EXPECT_EQ(error_of("1,2,3\n4,5,6\n", "header=1"),
            "-13: t:1: holds numbers, not the names of columns");
  EXPECT_EQ(error_of("u1,i1\nu1,i2\nu2,i1\n", "header=1"),
            "-13: t: the names \"u1\" and \"i1\" are also a user and an item, so the first line is "
            "a row; "
            "leave header=1 out");
}

TEST_F(CsvLayouts, NamedColumnsAreWhatTheOptionsDefaultTo) {
  const Dataset data = read("rating,item,user,time\n4,x,a,10\n5,y,b,20\n", "header=1");
  EXPECT_EQ(data.user_ids, Ids({"a", "b"}));
  EXPECT_EQ(data.item_ids, Ids({"x", "y"}));
  EXPECT_EQ(data.ratings, (std::vector<float>{4, 5}));
  EXPECT_EQ(data.times, Times({10, 20}));
  const Dataset bare =
      read("rating,item,user,time\n4,x,a,10\n5,y,b,20\n", "header=1&rating=&time=");
  EXPECT_TRUE(bare.ratings.empty() && bare.times.empty()) << "an empty option reads no column";
  EXPECT_EQ(read("movieId,x,userId\nx,1,a\n", "header=1&item=movieId").user_ids, Ids({"a"}));
  EXPECT_EQ(read("item_id:token\tuser_id:token\trating:float\ttimestamp:float\nx\ta\t4.0\t1.5e9\n",
                 "header=1&sep=tab")
                .times,
            Times({1'500'000'000}))
      << "RecBole";
  EXPECT_EQ(read("i:token\tu:token\nx\ta\n", "header=1&sep=tab&user=u&item=i:token").user_ids,
            Ids({"a"}));
  EXPECT_EQ(error_of("item,rating,user\nx,4,a\n", "header=1&item=1&user=2&rating=1").substr(0, 33),
            "-13: t:1: field rating: is the sa");
  EXPECT_EQ(error_of("uid,track\na,x\n", "header=1"),
            "-13: t:1: field item: no column is called so; name one with item=");
  EXPECT_EQ(error_of("rating,user_name\n4,a\n", "header=1"),
            "-13: t:1: field user: no column is called so; name one with user=");
  EXPECT_EQ(error_of("user,userId,item\na,b,x\n", "header=1"),
            "-13: t:1: field user: columns \"user\" and \"userId\" are both called so; name one "
            "with user=");
  EXPECT_EQ(
      error_of("a;x\nb;y\n"),
      "-13: t:1: field item: there is no column 1, columns are 0 to 0; is the separator another? "
      "sep=semicolon");
}

TEST_F(CsvLayouts, CommentsAboveTheRowsAreNone) {
  for (const char *comment :
       {"% bip unweighted\n% 30 6 5\n", "# Directed graph\n# From To\n", "%\tx\n"}) {
    const Dataset data = read(comment + std::string("1 2\n3 4\n"), "sep=space");
    EXPECT_EQ(data.user_ids, Ids({"1", "3"})) << comment;
  }
  EXPECT_EQ(error_of("# a\n1,2\n1,2\n").substr(0, 58),
            "-13: t:3: field item: the same user and item as on line 2;")
      << "lines are counted as an editor counts them";
  EXPECT_EQ(read("#tag,x\n#other,y\n").user_ids, Ids({"#tag", "#other"})) << "ids may begin so";
  EXPECT_EQ(read("# made by us\nuser,item\na,x\n", "header=1").user_ids, Ids({"a"}));
  EXPECT_EQ(
      error_of("# user,item\na,x\n", "header=1"),
      "-13: t:2: is taken for the names, not the comment above it; take its mark \"#\" away if it "
      "holds them");
  EXPECT_EQ(error_of("%%MatrixMarket matrix coordinate real general\n6 5 30\n1 1 5\n", "sep=space"),
            "-13: t: is a Matrix Market file; its second line would be taken for a row");
}

TEST_F(CsvLayouts, OtherKindsOfTextAreNamed) {
  for (const char *json : {"{\"user\": \"u1\"}\n", " [\n", "[[1, 2]]\n", "\xEF\xBB\xBF{\n",
                           "[{\"a\": 1}]\n", "{}\n", "[\"u1\", \"i1\"]\n"}) {
    EXPECT_EQ(error_of(json).substr(0, 27), "-13: t:1: is JSON, not CSV") << json;
  }
  EXPECT_EQ(error_of("<!DOCTYPE html>\n<html>\n"),
            "-13: t:1: is HTML, not CSV: was it downloaded without being signed in?");
  EXPECT_EQ(error_of("<?xml version=\"1.0\"?>\n").substr(0, 25), "-13: t:1: is XML, not CSV");
  EXPECT_EQ(error_of("{'user': 'u1', 'item': 'i1'}\n"),
            "-13: t:1: is a dictionary of Python, not CSV");
  for (const char *sql : {"INSERT INTO r VALUES ('u1','i1'),('u2','i2');\n",
                          "-- MySQL dump 10.13, of r\n", "CREATE TABLE r (u text, i text);\n"}) {
    EXPECT_EQ(error_of(sql), "-13: t:1: is SQL; export the table as CSV");
  }
  EXPECT_EQ(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"),
            "-13: t: is a pointer of Git LFS; fetch the file with git lfs pull");
  EXPECT_EQ(read("[a],x\n{b},y\n").user_ids, Ids({"[a]", "{b}"})) << "ids may begin so";
}

TEST_F(CsvLayouts, NamesOfAFileThatWasJoinedAreNoRow) {
  EXPECT_EQ(error_of("user,item\na,x\nuser,item\nb,y\n", "header=1"),
            "-13: t:3: repeats the names of the first line: were files put together? Take it out");
  EXPECT_EQ(read("user,item\na,x\nuser,y\n", "header=1").user_ids, Ids({"a", "user"}));
}

TEST_F(CsvLayouts, NoIdIsNobody) {
  for (const char *none : {"NULL", "null", "\\N", "nan", "NaN", "NaT", "None", "<NA>"}) {
    EXPECT_EQ(error_of("a,x\n" + std::string(none) + ",y\n"),
              "-13: t:2: field user: \"" + std::string(none) +
                  "\" is what programs write where there is no id; take the row out");
  }
  EXPECT_EQ(read("none,x\nNan,x\nN,x\nn\\N,x\n").user_ids, Ids({"none", "Nan", "N", "n\\N"}));
}

TEST_F(CsvLayouts, LineEndsOfUnicodeEndNoLine) {
  for (const char *end : {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\x85"}) {
    EXPECT_EQ(
        error_of("a,x" + std::string(end) + "b,y" + end),
        "-13: t:1: field item: \"x?b\" holds a line end of Unicode; end lines in a line feed");
  }
}

TEST_F(CsvLayouts, EmptyLinesAtTheEndAreNone) {
  for (const char *end : {"\n", "\n\n\r\n", "\n  \n\t\n", " \n"}) {
    EXPECT_EQ(read("a,x\nb,y" + std::string(end)).user_ids, Ids({"a", "b"}));
  }
  EXPECT_EQ(error_of("\na,x\n"), "-13: t:1: is empty, and line 2 is not");
  EXPECT_EQ(error_of("\n\n"), "-13: t: no interactions");
  EXPECT_EQ(error_of("a,x\n,\n"), "-13: t:2: field user: is empty");
}

TEST_F(CsvLayouts, BlanksAroundFieldsDoNotCount) {
  const Dataset data = read("u1, i1\n u1,i2\nu2 ,\"i1 \"\n\xC2\xA0u2\t,\xEF\xBB\xBFi2\n");
  EXPECT_EQ(data.user_ids, Ids({"u1", "u2"}));
  EXPECT_EQ(data.item_ids, Ids({"i1", "i2"}));
  EXPECT_EQ(read("a,x, 4 ,\t10\n", "rating=2&time=3").ratings, std::vector<float>{4});
  EXPECT_EQ(error_of("a,  \n"), "-13: t:1: field item: is empty");
}

TEST_F(CsvLayouts, QuotesBelongToTabsOnlyIfSo) {
  const std::string names = "u1\ti1\t\"weird al\" yankovic\nu2\ti1\t\"open\nu2\ti2\tx\n";
  EXPECT_EQ(read(names, "sep=tab").user_ids, Ids({"u1", "u2"})) << "a column that is not read";
  const std::string quoted = "\"u1\"\t\"i\t1\"\n\"u2\"\t\"i\t1\"\n";
  EXPECT_EQ(read(quoted, "sep=tab&quotes=1").item_ids, Ids({"i\t1"})) << "as R and pandas write";
  EXPECT_EQ(error_of("\"u1\"\ti1\n", "sep=tab"),
            "-13: t:1: field user: \"\"u1\"\" is in quotes; give quotes=1, or quotes=0 if they "
            "belong to it");
  EXPECT_EQ(read("\"u1\"\ti1\n", "sep=tab&quotes=0").user_ids, Ids({"\"u1\""}));
  EXPECT_EQ(read("\"u1,i1\n", "quotes=0").user_ids, Ids({"\"u1"}));
}

TEST_F(CsvLayouts, QuotedFieldsHoldLineEndsAndQuotes) {
  const Dataset data = read(
      "u1,\"a\nb\",1\r\nu1,\"c \"\"d\"\"\",2\r\nu1,\"e \\\"f\\\"\",3\r\nu1,\"g\\\"\",4\r\nu1,h "
      "\"i\",5\r\n"
      "u1,\"j\\\\\",6\nu1,\"k, \\\"l\\\", m\",7\n",
      "rating=2");
  EXPECT_EQ(data.item_ids,
            Ids({"a\nb", "c \"d\"", "e \"f\"", "g\"", "h \"i\"", "j\\\\", "k, \"l\", m"}));
  EXPECT_EQ(data.ratings, (std::vector<float>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(error_of("a,\"x\ny\"\nb,y\nb,y\n").substr(0, 58),
            "-13: t:4: field item: the same user and item as on line 3;")
      << "two lines are one row";
  EXPECT_EQ(error_of("a,x\nb,\"y\nc,z\n"),
            "-13: t:2: a quote that opens on this line is never closed");
  EXPECT_EQ(error_of("a,x\nb,\"y\nc,\"z\n"), "-13: t:2: text follows a closing quote");
  // A quote that opens by mistake: no end of it within the longest line.
  std::string rows = "a,\"x\n";
  for (int r = 0; r < 200'000; ++r) rows += "u" + std::to_string(r) + ",i\n";
  EXPECT_EQ(error_of(rows), "-13: t:1: the line is longer than 1 MiB");
}

TEST_F(CsvLayouts, TextThatIsNotUtf8IsRefusedAtOnce) {
  EXPECT_EQ(error_of("a,x\nb,caf\xE9\n"), "-13: t:2: field item: is not UTF-8");
  EXPECT_EQ(error_of("a,x\n\xC0\x80,y\n"), "-13: t:2: field user: is not UTF-8") << "overlong";
  EXPECT_EQ(error_of("a,x\n\xED\xA0\x80,y\n"), "-13: t:2: field user: is not UTF-8")
      << "a surrogate";
  EXPECT_EQ(error_of("user,item,caf\xE9\na,x,1\n", "header=1"), "-13: t:1: field 2: is not UTF-8");
  EXPECT_EQ(read("a,x,caf\xE9\n").item_ids, Ids({"x"})) << "a column that is not read";
  folder_.write("users", "user,town\na,K\xF6ln\n");
  EXPECT_EQ(error_of("a,x\n", "attributes=" + folder_ / "users"),
            "-13: users:2: field town: is not UTF-8");
}

TEST_F(CsvLayouts, OneIdHasOneText) {
  // Composed and decomposed letters; floats of a column with gaps.
  const Dataset data = read("Zo\xC3\xAB,1\nZoe\xCC\x88,2.0\n7.0,1\n7,3\n");
  EXPECT_EQ(data.user_ids, Ids({"Zo\xC3\xAB", "7"}));
  EXPECT_EQ(data.item_ids, Ids({"1", "2", "3"}));
  EXPECT_EQ(read("1.0.0,x\n01.0,y\n1.00,z\n-1.0,z\n", "header=0").user_ids,
            Ids({"1.0.0", "01.0", "1.00", "-1.0"}));
  EXPECT_EQ(
      error_of("1.23E+12,x\n"),
      "-13: t:1: field user: \"1.23E+12\" is a number written with an exponent, which has lost "
      "digits; save ids as text");
  EXPECT_EQ(error_of("a,1e+05\n").substr(0, 32), "-13: t:1: field item: \"1e+05\" is");
  EXPECT_EQ(read("c++11,x\ne+1,x\n").user_ids, Ids({"c++11", "e+1"}));
  folder_.write("users", "id,sex\n7.0,F\nZoe\xCC\x88,M\n");
  const Dataset labelled = read("7,x\nZo\xC3\xAB,x\n", "attributes=" + folder_ / "users");
  EXPECT_EQ(labelled.attributes[0].label, (std::vector<std::int32_t>{0, 1}));
}

TEST_F(CsvLayouts, AttributeFilesMustHaveNames) {
  const auto error = [&](const std::string &text) {
    folder_.write("users", text);
    return error_of("a,x\nb,x\n", "attributes=" + folder_ / "users");
  };
  EXPECT_EQ(error("a,F\nb,M\n"),
            "-13: users:1: \"a\" is a user, so the line is a row; put a line of names "
            "above it, such as user,gender");
  EXPECT_EQ(error("zz,F\na,F\nb,M\n"),
            "-13: users:1: \"F\" is no name but a value, so the line is a row; "
            "put a line of names above it, such as user,gender");
  EXPECT_EQ(error("9,25\na,30\n"), "-13: users:1: holds numbers, not the names of columns");
  folder_.write("users", "user_id:token\tage:token\na\t30\n\n");
  EXPECT_EQ(read("a\tx\n", "sep=tab&attributes=" + folder_ / "users").attributes[0].name, "age");
  EXPECT_EQ(read("a,x\n", "attributes=" + folder_ / "users").attributes[0].values, Ids({"30"}))
      << "its names say how it is separated";
}

TEST_F(CsvLayouts, PackedFilesAreKnownByWhatTheyHold) {
  const std::string text = "a,x\nb,x\n";
  for (const auto &[name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"r.csv", support::gzip(text)},
           {"r.csv.GZ", support::gzip(text)},
           {"r.txt", support::xz(text)},
           {"r.gz", support::gzip(text) + std::string(1000, '\0')},
           {"s.gz", support::gzip("a,x\n") + support::gzip("b,x\n") + std::string(70'000, '\0')}}) {
    EXPECT_EQ(load("csv:" + folder_.write(name, bytes)).user_ids, Ids({"a", "b"})) << name;
  }
  folder_.write("t.gz", support::gzip(text) + std::string("\0\0x", 3));
  EXPECT_EQ(without_folder(support::error_of([&] { load("csv:" + folder_ / "t.gz"); })),
            "-13: t.gz: corrupt gzip data");
}

// What `<(command)` of a shell is.
TEST_F(CsvLayouts, PipesAreReadAndMayBeOpenedAgain) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::string packed = support::gzip("a,x\nb,y\n");
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << packed; });
  EXPECT_EQ(load("csv:" + path).user_ids, Ids({"a", "b"}));
  writer.join();
  std::thread opener([&] { std::ofstream(path, std::ios::binary) << ""; });
  EXPECT_EQ(load("csv:" + path).item_ids, Ids({"x", "y"})) << "kept";
  opener.join();
}

TEST_F(CsvLayouts, IdsOfRowsFollowTheSameRules) {
  const auto read = [&](std::string_view text) { return read_ids(folder_.write("ids", text)); };
  const auto error = [&](std::string_view text) {
    return without_folder(support::error_of([&] { read(text); }));
  };
  EXPECT_EQ(read("\xEF\xBB\xBFu1\r\n\"u2\" \r\nu3 \r\n7.0\r\nZoe\xCC\x88\r\n\r\n"),
            Ids({"u1", "u2", "u3", "7", "Zo\xC3\xAB"}));
  EXPECT_EQ(read("u1\ru2\r"), Ids({"u1", "u2"}));
  EXPECT_EQ(read("a,b\nc\n"), Ids({"a,b", "c"})) << "a comma is a part of an id";
  EXPECT_EQ(read("\"a \"\"b\"\"\"\n"), Ids({"a \"b\""}));
  EXPECT_EQ(read(""), Ids());
  EXPECT_EQ(error("u1\n\nu2\n"), "-13: ids:2: is empty, and line 3 is not");
  EXPECT_EQ(error("u1\ncaf\xE9\n"), "-13: ids:2: field id: is not UTF-8");
  EXPECT_EQ(error("user_id\nu1\n"),
            "-13: ids:1: looks like a name (\"user_id\"); a file of ids has none");
  EXPECT_EQ(error("u1,F\nu2,M\n"),
            "-13: ids: every line holds a comma: it is a table, and should hold one id a line");
  EXPECT_EQ(error(std::string_view("\xFF\xFEu\0"
                                   "1\0\n\0",
                                   8)),
            "-13: ids: is UTF-16 (Excel calls it Unicode text); save it as UTF-8");
  EXPECT_EQ(error("[\"u1\"]\n"), "-13: ids:1: is JSON, not CSV");
  EXPECT_EQ(error("\x93NUMPY\1"), "-13: ids: is a .npy array, not text");
}

}  // namespace
}  // namespace recveil::data
