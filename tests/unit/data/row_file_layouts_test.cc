// Files of rows as people have them: what is read, and what is refused in words.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "data/half.h"
#include "row_files.h"

namespace recveil::data {
namespace {

TEST(RowFileLayouts, FortranOrderIsReadAndComesOutInTheOther) {
  const support::TempFolder folder;
  for (const int major : {1, 2, 3}) {
    const std::string path =
        folder.write("a.npy", npy<float>("<f4", "(3, 2)", {1, 3, 5, 2, 4, 6}, major, "True"));
    for (const std::size_t block : {1u, 2u, 7u}) {
      const std::string out = doubled(*open_row_file(path, {}), block);
      EXPECT_EQ(doubled(*open_row_file(folder.write("b.npy", out), {}), 7),
                doubled(*open_row_file(folder.write("c.npy", npy<float>("<f4", "(3, 2)",
                                                                        {1, 2, 6, 8, 5, 6}, major)),
                                       {}),
                        7));
    }
  }
}

TEST(RowFileLayouts, Python2WroteLongIntegers) {
  const support::TempFolder folder;
  const std::string path = folder.write("a.npy", npy<float>("<f4", "(2L, 2L)", {1, 2, 3, 4}));
  EXPECT_EQ(doubled(*open_row_file(path, {}), 2), npy<float>("<f4", "(2L, 2L)", {1, 2, 6, 8}));
}

TEST(RowFileLayouts, HalvesKeepTheirBitsUnlessChanged) {
  const support::TempFolder folder;
  // 1, 0.1, the least half, -2; bits by the format's definition.
  const std::string path =
      folder.write("a.npy", npy<std::uint16_t>("<f2", "(2, 2)", {0x3C00, 0x2E66, 0x0001, 0xC000}));
  const auto file = open_row_file(path, {});
  EXPECT_EQ(file->format(), RowFormat::float16);
  RawRows rows;
  std::vector<float> numbers;
  ASSERT_TRUE(file->next(2, rows));
  EXPECT_EQ(file->numbers(rows, numbers)[0], 1.0f);
  EXPECT_EQ(file->numbers(rows, numbers)[1], 0.0999755859375f);
  EXPECT_EQ(file->numbers(rows, numbers)[2], 0x1p-24f);
  EXPECT_EQ(file->numbers(rows, numbers)[3], -2.0f);
  EXPECT_EQ(doubled(*open_row_file(path, {}), 2),
            npy<std::uint16_t>("<f2", "(2, 2)", {0x3C00, 0x2E66, 0x0002, 0xC400}));
  EXPECT_EQ(
      support::error_of([&] {
        doubled(*open_row_file(folder.write("b.npy", npy<std::uint16_t>("<f2", "(1, 1)", {0x7C00})),
                               {}),
                2);
      }),
      "-13: " + folder / "b.npy" + ": row 0, column 0: is not a finite number in float's range");
}

TEST(RowFileLayouts, EveryHalfComesBackAndTheNearestIsTaken) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_half(half);
    if (std::isnan(value)) continue;
    ASSERT_EQ(to_half(value), half);
    if (std::isinf(value) || (half & 0x7FFF) == 0x7BFF) continue;
    // Between two neighbours: each side to its own, the middle to the even one.
    const float next = from_half(static_cast<std::uint16_t>(half + 1)), middle = (value + next) / 2;
    ASSERT_EQ(to_half(std::nextafter(middle, value)), half);
    ASSERT_EQ(to_half(std::nextafter(middle, next)), half + 1);
    ASSERT_EQ(to_half(middle), half % 2 == 0 ? half : half + 1);
  }
}

TEST(RowFileLayouts, ReadsNumbersAsTheyAreWritten) {
  const support::TempFolder folder;
  const std::string path = folder.write("a.csv",
                                        "+1.5e-3,    0.25\n\"0.5\", 0.75\n\xC2\xA0"
                                        "-1,\t2\n\n\n");
  const auto file = open_row_file(path, {});
  RawRows rows;
  std::vector<float> numbers;
  ASSERT_TRUE(file->next(9, rows));
  ASSERT_EQ(rows.count, 3u);
  file->numbers(rows, numbers);
  EXPECT_EQ(numbers, (std::vector<float>{1.5e-3f, 0.25, 0.5, 0.75, -1, 2}));
}

TEST(RowFileLayouts, KeepsQuotedIdsAlsoOverLines) {
  const support::TempFolder folder;
  const std::string path =
      folder.write("a.csv", "id,x,y\n\"a,1\",0.5,1\n\"b\n\"\"2\"\"\",1,2\nc,3,4\n\"d\"e,5,6\n");
  const auto file = open_row_file(path, {.header = true, .id_columns = 1});
  EXPECT_EQ(support::error_of([&] { doubled(*file, 9); }),
            "-13: " + path + ":6: text follows a closing quote");
  folder.write("a.csv", "id,x,y\n\"a,1\",0.5,1\n\"b\n\"\"2\"\"\",1,2\nc,3,4\n");
  EXPECT_EQ(doubled(*open_row_file(path, {.header = true, .id_columns = 1}), 2),
            "id,x,y\n\"a,1\",0.5,1\n\"b\n\"\"2\"\"\",2,4\nc,3,4\n");
}

TEST(RowFileLayouts, ReadsTheTextOfWord2vec) {
  const support::TempFolder folder;
  for (const std::string end : {" \n", "\n"}) {
    const std::string path = folder.write("a.txt", "2 3\n</s> 0.1 0.2 0.3" + end + "7 1 2 3" + end);
    const auto file = open_row_file(path, {});
    EXPECT_EQ(file->cols(), 3u);
    EXPECT_EQ(doubled(*file, 2), "2 3\n</s> 0.1 0.2 0.3\n7 2 4 6\n");
  }
  const std::string path = folder.write("a.txt", "3 2\na 0.1 0.2\nb 1 2\n");
  EXPECT_EQ(support::error_of([&] { doubled(*open_row_file(path, {}), 2); }),
            "-13: " + path + ":1: says 3 rows, there are 2");
  EXPECT_EQ(open_row_file(folder.write("b.txt", "2 3\n4 5\n"), {.separator = " "})->cols(), 2u)
      << "two rows of two numbers";
}

TEST(RowFileLayouts, RefusesIdsThatAreTakenForNumbers) {
  const auto table = [](const std::function<std::string(int)> &id, int column = 0) {
    std::string out;
    for (int r = 0; r < 12; ++r) {
      const std::string number = std::to_string(r % 5 - 2.25);
      out += (column == 0 ? id(r) + "," + number : number + "," + id(r)) + ",-0.5\n";
    }
    return out;
  };
  const std::string first =
      "-13: a.csv: column 1 looks like ids, whole numbers that are all different; give "
      "--id-columns 1, or --id-columns 0 if it is a factor";
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(r); })), first) << "pandas";
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(7 * r * r + 3); })), first);
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string((5 * r) % 12); })), first)
      << "not in order";
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(r) + ".0"; })), first);
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(r); }, 1)),
            "-13: a.csv: column 2 looks like ids, whole numbers that are all different; give "
            "--id-columns 2 if ids end there, or --id-columns 0 if it is a factor");
  const auto read = [&](const std::string &text, CsvShape shape) {
    const support::TempFolder folder;
    return open_row_file(folder.write("a.csv", text), shape);
  };
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(r); }), {.id_columns = 0}),
            "no error");
  EXPECT_EQ(read(table([](int r) { return std::to_string(r); }), {.id_columns = 1})->cols(), 2u);
  // Factors that are whole by chance: quantized ones repeat, a bias is constant.
  EXPECT_EQ(error_in("a.csv", table([](int r) { return std::to_string(r % 3); })), "no error");
  EXPECT_EQ(error_in("a.csv", table([](int) { return std::string("1"); })), "no error");

  std::vector<float> numbers;
  for (int r = 0; r < 12; ++r) {
    numbers.push_back(static_cast<float>(100 + r));
    numbers.push_back(-0.5f * static_cast<float>(r % 5));
  }
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(12, 2)", numbers)),
            "-13: a.npy: column 0 looks like ids, whole numbers that are all different; save the "
            "array without it, or give --id-columns 0 if it is a factor");
  EXPECT_EQ(error_in("a.npy", npy<float>("<f4", "(12, 2)", numbers), {.id_columns = 0}),
            "no error");
}

TEST(RowFileLayouts, IsWhatItHoldsWhateverItsName) {
  const support::TempFolder folder;
  const std::string array = npy<float>("<f4", "(1, 1)", {0.5});
  for (const char *name : {"a.NPY", "a.bin", "a"}) {
    EXPECT_EQ(open_row_file(folder.write(name, array), {})->format(), RowFormat::float32) << name;
  }
  EXPECT_EQ(error_in("a.npy.gz", support::gzip(array)),
            "-13: a.npy.gz: is a packed .npy; unpack it");
  EXPECT_EQ(error_in("a.npy", "PK\3\4"),
            "-13: a.npy: is not a .npy file: it is a ZIP archive; unpack it");
  EXPECT_EQ(error_in("a.npy", "0.5,1\n"), "-13: a.npy: is not a .npy file");
  EXPECT_EQ(
      error_in("a.csv.GZ", support::gzip("0.5,x\n")),
      "-13: a.csv.GZ:1: field 2: \"x\" is not a number; give --header if the line holds names, "
      "--id-columns if it begins with ids");
}

TEST(RowFileLayouts, OutputsHaveTheEndingOfWhatTheyHold) {
  const auto error = [](const std::string &name, RowFormat format, bool may_pack) {
    return support::error_of([&] { check_output_name(name, format, may_pack); });
  };
  EXPECT_EQ(error("o.npy", RowFormat::float64, false), "no error");
  EXPECT_EQ(error("o.csv", RowFormat::text, false), "no error");
  EXPECT_EQ(error("o.csv.xz", RowFormat::text, true), "no error");
  EXPECT_EQ(error("o", RowFormat::float16, false), "no error");
  for (const char *name : {"o.csv", "o.npy.gz", "o.NPZ"}) {
    EXPECT_EQ(
        error(name, RowFormat::float32, false),
        std::string("-2: ") + name +
            ": the output is an array as the input is, and not packed; let its name end in .npy");
  }
  for (const char *name : {"o.npy", "o.NPY", "o.npz"}) {
    EXPECT_EQ(error(name, RowFormat::text, true),
              std::string("-2: ") + name + ": the output is no array; it needs another ending");
  }
  EXPECT_EQ(error("o.csv.gz", RowFormat::text, false),
            "-2: o.csv.gz: the output is not packed; name it without that ending and pack it "
            "afterwards");
}

}  // namespace
}  // namespace recveil::data
