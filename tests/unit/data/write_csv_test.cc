// What is written is read back, and a file is there whole or not at all.
#include "data/write_csv.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/generate.h"
#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using support::error_of;
using support::read_whole;
using support::TempFolder;

void expect_same(const Dataset &a, const Dataset &b) {
  EXPECT_EQ(a.interactions.n_items, b.interactions.n_items);
  EXPECT_EQ(a.interactions.offsets, b.interactions.offsets);
  EXPECT_EQ(a.interactions.items, b.interactions.items);
  EXPECT_EQ(a.ratings, b.ratings);
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.user_ids, b.user_ids);
  EXPECT_EQ(a.item_ids, b.item_ids);
}

TEST(WriteCsv, WritesPlainLines) {
  const TempFolder folder;
  const std::string in = folder.write("in", "b,y,5,20\na,x,3.5,0\nb,x,0.1,10\n");
  const std::string out = folder / "out";
  EXPECT_EQ(write_csv(load("csv:" + in + "?rating=2&time=3"), out),
            "csv:" + out + "?user=user&item=item&rating=rating&time=time&header=1");
  EXPECT_EQ(read_whole(out), "user,item,rating,time\nb,x,0.1,10\nb,y,5,20\na,x,3.5,0\n");
  EXPECT_EQ(write_csv(load("csv:" + in), out), "csv:" + out + "?user=user&item=item&header=1");
  EXPECT_EQ(read_whole(out), "user,item\nb,y\nb,x\na,x\n");
}

TEST(WriteCsv, IsReadBackTheSame) {
  const TempFolder folder;
  const std::string in =
      folder.write("in",
                   "\"a,1\",\"\"\"q\"\"\",0.1,1\nz,\"cr\r\",1e-30,0\nz,y,16777216,99999999999\n"
                   "\"a,1\",y,-2.5,7\nuser,y,3,0\nz,\"\"\"q\"\"\",3.3333333,5\n");
  for (const char *options : {"", "?rating=2", "?time=3", "?rating=2&time=3"}) {
    const Dataset data = load("csv:" + in + options);
    ASSERT_EQ(data.interactions.size(), 6u);
    expect_same(load(write_csv(data, folder / "out")), data);
  }
}

// Generated items are numbered by no order of rows: the same rows by id, under other numbers.
TEST(WriteCsv, KeepsGeneratedRowsById) {
  const TempFolder folder;
  const Dataset data = generate({50, 40, 3});
  const Dataset back = load(write_csv(data, folder / "out"));
  EXPECT_EQ(back.user_ids, data.user_ids);
  EXPECT_EQ(back.times, data.times);
  EXPECT_EQ(back.interactions.offsets, data.interactions.offsets);
  for (std::size_t at = 0; at < data.interactions.size(); ++at) {
    EXPECT_EQ(back.item_ids[back.interactions.items[at]],
              data.item_ids[data.interactions.items[at]]);
  }
  expect_same(load(write_csv(back, folder / "out")), back);
}

TEST(WriteCsv, LeavesTheOldFileWhereItFails) {
  const TempFolder folder;
  const std::string out = folder.write("out", "old");
  for (const std::string &bad : {std::string(), std::string("a\0b", 3)}) {
    for (const bool user : {false, true}) {
      Dataset data = generate({10, 10, 1});
      (user ? data.user_ids.back() : data.item_ids.back()) = bad;
      const std::string shown = bad.empty() ? "" : "a?b";
      EXPECT_EQ(error_of([&] { write_csv(data, out); }),
                "-13: " + out + ": the id \"" + shown + "\" cannot be written to a field");
      EXPECT_EQ(read_whole(out), "old");
    }
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1)
      << "no temporary file stays";
}

TEST(WriteCsv, NamesAFileThatCannotBeWritten) {
  const TempFolder folder;
  const Dataset data = generate({10, 10, 1});
  const std::string nowhere = folder / "none/out";
  EXPECT_EQ(error_of([&] { write_csv(data, nowhere); }),
            "-9: " + nowhere + ": cannot be written: No such file or directory");
  const std::string taken = folder / "taken";
  std::filesystem::create_directory(taken);
  EXPECT_EQ(error_of([&] { write_csv(data, taken); }),
            "-9: " + taken + ": cannot be written: Is a directory");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace recveil::data
