// Rows of numbers in files, in blocks: what is read, what is written back, what is refused.
#include "data/row_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "support/data_files.h"

namespace recveil::data {
namespace {

// A .npy file of version `major` as NumPy writes it.
template <class T>
std::string npy(const std::string &type, const std::string &shape, const std::vector<T> &values,
                int major = 1, const std::string &order = "False") {
  std::string dict =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  const std::size_t prefix = major == 1 ? 10 : 12;
  while ((prefix + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string out("\x93NUMPY", 6);
  out += static_cast<char>(major);
  out += '\0';
  for (std::size_t i = 0; i < prefix - 8; ++i) {
    out += static_cast<char>(dict.size() >> (8 * i) & 255);
  }
  out += dict;
  out.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
  return out;
}

// The file's bytes after rows with an odd number have been doubled.
std::string doubled(RowFile &file, std::size_t block) {
  std::string out(file.head());
  RawRows rows;
  std::vector<float> numbers;
  std::vector<char> text;
  while (file.next(block, rows)) {
    const std::span<float> values = file.numbers(rows, numbers);
    std::vector<std::uint8_t> changed(rows.count);
    for (std::size_t r = 0; r < rows.count; ++r) {
      changed[r] = (rows.first + r) % 2;
      for (std::size_t c = 0; changed[r] != 0 && c < file.cols(); ++c) {
        values[r * file.cols() + c] *= 2;
      }
    }
    const std::span<const char> bytes = file.text(rows, values, changed, text);
    out.append(bytes.data(), bytes.size());
  }
  return out;
}

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
  const std::string paths[] = {folder.write("a.npy", npy<float>("<f4", "(3, 1)", {1, 2, 3})),
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

std::string error_in(const std::string &name, const std::string &bytes, CsvShape shape = {}) {
  const support::TempFolder folder;
  const std::string path = folder.write(name, bytes);
  std::string error = support::error_of([&] { doubled(*open_row_file(path, shape), 2); });
  if (const auto at = error.find(folder.path()); at != error.npos) {
    error.erase(at, folder.path().size() + 1);
  }
  return error;
}

TEST(RowFile, SaysWhatIsWrongWithANpy) {
  const auto inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error_in("a.npy", "abc"), "-13: a.npy: is not a .npy file");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(2, 2)", {1, 2, 3, inf})),
            "-13: a.npy: row 1, column 1: is not a finite number in float's range");
  EXPECT_EQ(error_in("a.npy", npy<double>("<f8", "(1, 2)", {1, 1e39})),
            "-13: a.npy: row 0, column 1: is not a finite number in float's range");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(2, 2)", {1, 2, 3, 4}, 1, "True")),
            "-13: a.npy: is in Fortran order; save numpy.ascontiguousarray(array)");
  EXPECT_EQ(error_in("a.npy", npy<float>(">f4", "(1, 1)", {1})),
            "-13: a.npy: is big-endian; save it as little-endian");
  EXPECT_EQ(error_in("a.npy", npy<float>("<i4", "(1, 1)", {1})),
            "-13: a.npy: holds integers; embeddings are float32 or float64");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(4,)", {1, 2, 3, 4})),
            "-13: a.npy: must have two dimensions, rows and columns");
  EXPECT_EQ(error_in("a.npy", npy<float>("|O8", "(1, 1)", {1})),
            "-13: a.npy: has numbers of type \"|O8\"; float32, float64 and integers are read");
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
  EXPECT_EQ(error_in("a.csv", "1,2\n3,nan\n"), "-13: a.csv:2: field 2: \"nan\" is not finite");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,4\n5,1e39\n"),
            "-13: a.csv:3: field 2: \"1e39\" is out of range");
  EXPECT_EQ(error_in("a.csv", "1,2\n3\n"), "-13: a.csv:2: has 1 fields, the first row has 2");
  EXPECT_EQ(error_in("a.csv", "1,2\n3,4,5\n"), "-13: a.csv:2: has 3 fields, the first row has 2");
  EXPECT_EQ(error_in("a.csv", "id\n", {.id_columns = 1}),
            "-13: a.csv:1: has 1 fields, of which 1 are no numbers");
}

}  // namespace
}  // namespace recveil::data
