// Rows of numbers in files, in blocks: what is read, what is written back, what is refused.
#include <gtest/gtest.h>

#include <limits>

#include "row_files.h"

namespace recveil::data {
namespace {

TEST(RowFile, NpyFloatsOfEveryVersion) {
  const support::TempFolder folder;
  for (const int major : {1, 2, 3}) {
    const std::string path =
        folder.write("a.npy", npy<float>("<f4", "(3, 2)", {1, 2, 3, 4, 5, 6}, major));
    for (const std::size_t block : {1u, 2u, 7u}) {
      const auto file = open_row_file(path, {});
      EXPECT_EQ(file->cols(), 2u);
      EXPECT_EQ(file->rows(), 3u);
      EXPECT_EQ(doubled(*file, block), npy<float>("<f4", "(3, 2)", {1, 2, 6, 8, 5, 6}, major));
    }
  }
}

TEST(RowFile, DoublesKeepTheirBitsUnlessChanged) {
  const support::TempFolder folder;
  const std::string path =
      folder.write("a.npy", npy<double>("<f8", "(2, 2)", {0.1, 1e-300, 0.1, 4}));
  EXPECT_EQ(doubled(*open_row_file(path, {}), 2),
            npy<double>("<f8", "(2, 2)", {0.1, 1e-300, static_cast<double>(2 * 0.1f), 8}));
}

TEST(RowFile, CsvKeepsIdsAndLinesUnlessChanged) {
  const support::TempFolder folder;
  const std::string path =
      folder.write("a.csv", "id,x,y\r\nann,0.10,2\nbob,0.5,1e-60\nc d,3,4e0\n");
  for (const std::size_t block : {1u, 2u, 7u}) {
    const auto file = open_row_file(path, {.header = true, .id_columns = 1});
    EXPECT_EQ(file->cols(), 2u);
    EXPECT_EQ(doubled(*file, block), "id,x,y\nann,0.10,2\nbob,1,0\nc d,3,4e0\n");
  }
}

TEST(RowFile, SkipsToARow) {
  const support::TempFolder folder;
  const std::string paths[] = {
      folder.write("a.npy", npy<float>("<f4", "(3, 1)", {1, 2, 3})),
      folder.write("f.npy", npy<float>("<f4", "(3, 1)", {1, 2, 3}, 1, "True")),
      folder.write("a.csv", "1\n2\n3\n")};
  for (const std::string &path : paths) {
    const auto file = open_row_file(path, {});
    file->skip(2);
    RawRows rows;
    std::vector<float> numbers;
    ASSERT_TRUE(file->next(9, rows));
    EXPECT_EQ(rows.first, 2u);
    EXPECT_EQ(rows.count, 1u);
    EXPECT_EQ(file->numbers(rows, numbers)[0], 3);
    EXPECT_FALSE(file->next(9, rows));
  }
}

TEST(RowFile, SaysWhatIsWrongWithANpy) {
  const auto inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error_in("a.npy", "abc"), "-13: a.npy: is not a .npy file");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(2, 2)", {1, 2, 3, inf})),
            "-13: a.npy: row 1, column 1: is not a finite number in float's range");
  EXPECT_EQ(error_in("a.npy", npy<double>("<f8", "(1, 2)", {1, 1e39})),
            "-13: a.npy: row 0, column 1: is not a finite number in float's range");
  EXPECT_EQ(error_in("a.npy", npy<float>(">f4", "(1, 1)", {1})),
            "-13: a.npy: is big-endian; save it as little-endian");
  EXPECT_EQ(error_in("a.npy", npy<float>("<i4", "(1, 1)", {1})),
            "-13: a.npy: holds integers; embeddings are float32, float64 or float16");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(4,)", {1, 2, 3, 4})),
            "-13: a.npy: must have two dimensions, rows and columns");
  EXPECT_EQ(
      error_in("a.npy", npy<float>("|O8", "(1, 1)", {1})),
      "-13: a.npy: has numbers of type \"|O8\"; float16, float32, float64 and integers are read");
  const std::string whole = npy<float>("<f4", "(2, 2)", {1, 2, 3, 4});
  EXPECT_EQ(error_in("a.npy", whole.substr(0, whole.size() - 1)),
            "-13: a.npy: has 143 bytes, its header says 144");
  EXPECT_EQ(error_in("a.npy", whole.substr(0, 40)), "-13: a.npy: ends within its header");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(9223372036854775807, 2)", {1})),
            "-13: a.npy: its shape is more than a file can hold");
}

TEST(RowFile, SaysWhatIsWrongWithACsv) {
  EXPECT_EQ(error_in("a.csv", ""), "-13: a.csv: has no rows");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,x\n"), "-13: a.csv:2: field 2: \"x\" is not a number");
  EXPECT_EQ(error_in("a.csv", "1,2\n,3\n"), "-13: a.csv:2: field 1: is empty");
  EXPECT_EQ(error_in("a.csv", "1,2\n3, \n"), "-13: a.csv:2: field 2: is empty");
  EXPECT_EQ(error_in("a.csv", "1,2\n,\n"), "-13: a.csv:2: field 1: is empty");
  EXPECT_EQ(error_in("a.csv", "1,2,\n3,4,\n"),
            "-13: a.csv:1: field 3: is empty; give --header if "
            "the line holds names, --id-columns if it begins with ids");
  EXPECT_EQ(error_in("a.csv", "1,2\n\n3,4\n"), "-13: a.csv:2: is empty, and line 3 is not");
  EXPECT_EQ(error_in("a.csv", ",0,1\n0,2,3\n"),
            "-13: a.csv:1: field 1: is empty; give --header if "
            "the line holds names, --id-columns if it begins with ids");
  EXPECT_EQ(error_in("a.csv", "0,1,2\n.5,.4,.3\n"),
            "-13: a.csv:1: looks like names (0, 1, 2, ...); give --header");
  EXPECT_EQ(error_in("a.csv", ".1,.2\n.5,.4\n", {.header = true}),
            "-13: a.csv:1: holds numbers, not names; leave --header out");
  EXPECT_EQ(error_in("a.csv", "\xE9,1\n", {.id_columns = 1}),
            "-13: a.csv:1: field 1: is not UTF-8");
  EXPECT_EQ(error_in("a.csv", "{\"id\": 1, \"x\": 2}\n"), "-13: a.csv:1: is JSON, not CSV");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,nan\n"), "-13: a.csv:2: field 2: \"nan\" is not finite");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,4\n5,1e39\n"),
            "-13: a.csv:3: field 2: \"1e39\" is out of range");
  EXPECT_EQ(error_in("a.csv", "1,2\n3\n"), "-13: a.csv:2: has 1 fields, the first row has 2");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,4,5\n"), "-13: a.csv:2: has 3 fields, the first row has 2");
  EXPECT_EQ(error_in("a.csv", "id\n", {.id_columns = 1}),
            "-13: a.csv:1: holds no number after the ids of --id-columns");
}

}  // namespace
}  // namespace recveil::data
