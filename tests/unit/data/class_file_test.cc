// Classes in files, in step with rows.
#include "data/class_file.h"

#include <gtest/gtest.h>

#include "support/data_files.h"

namespace recveil::data {
namespace {

using Classes = std::vector<std::int32_t>;

Classes all_of(const std::string &path, const std::vector<std::string> &columns, std::size_t n,
               std::size_t block) {
  const auto file = open_class_file(path, columns);
  Classes out, part;
  for (std::size_t r = 0; r < n; r += block) {
    file->next(std::min(block, n - r), part);
    out.insert(out.end(), part.begin(), part.end());
  }
  file->finish();
  return out;
}

// A .npy of signed bytes, two columns.
std::string npy(const std::string &rows, const std::string &values) {
  std::string dict = "{'descr': '|i1', 'fortran_order': False, 'shape': (" + rows + ", 2), }\n";
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dict.size()) + '\0' + dict + values;
}

TEST(ClassFile, ReadsColumnsOfBothKinds) {
  const support::TempFolder folder;
  const std::string csv = folder.write("c.csv", "sex,age\n0,6\n-1,2\n1,\n");
  const std::string array = folder.write("c.npy", npy("3", std::string("\0\6\xff\2\1\xff", 6)));
  for (const std::size_t block : {1u, 2u, 3u}) {
    EXPECT_EQ(all_of(csv, {}, 3, block), Classes({0, 6, -1, 2, 1, -1}));
    EXPECT_EQ(all_of(array, {}, 3, block), Classes({0, 6, -1, 2, 1, -1}));
    EXPECT_EQ(all_of(csv, {"age"}, 3, block), Classes({6, 2, -1}));
    EXPECT_EQ(all_of(array, {"1"}, 3, block), Classes({6, 2, -1}));
  }
  EXPECT_EQ(open_class_file(csv, {"age", "sex"})->names(),
            std::vector<std::string>({"age", "sex"}));
}

TEST(ClassFile, SkipsToARow) {
  const support::TempFolder folder;
  const std::string paths[] = {folder.write("c.csv", "a,b\n0,1\n2,3\n"),
                               folder.write("c.npy", npy("2", std::string("\0\1\2\3", 4)))};
  for (const std::string &path : paths) {
    const auto file = open_class_file(path, {});
    file->skip(1);
    Classes out;
    file->next(1, out);
    EXPECT_EQ(out, Classes({2, 3}));
    file->finish();
  }
}

TEST(ClassFile, ReadsWhatPeopleWrite) {
  const support::TempFolder folder;
  const auto read = [&](const std::string &text, std::size_t rows,
                        const std::vector<std::string> &columns = {}) {
    return all_of(folder.write("c.csv", text), columns, rows, 2);
  };
  EXPECT_EQ(read("sex\n0\n1\n\n\n", 2), Classes({0, 1})) << "empty lines at the end";
  EXPECT_EQ(read("sex\n0\n\n1\n\n", 4), Classes({0, -1, 1, -1})) << "unknown classes";
  EXPECT_EQ(read("sex\n0\n\"\"\n1\n", 3), Classes({0, -1, 1})) << "as pandas writes them";
  EXPECT_EQ(read("sex,age\n0,1\n1,2\n\n", 2), Classes({0, 1, 1, 2}));
  EXPECT_EQ(read("sex\n0.0\n1.0\n-1.0\n", 3), Classes({0, 1, -1})) << "a column with gaps";
  EXPECT_EQ(read("\xEF\xBB\xBF\"sex\", age\r\n \"1\" , 2 \r\n", 1), Classes({1, 2}));
  EXPECT_EQ(read("sex\tage\n0\t1\n", 1), Classes({0, 1}));
  EXPECT_EQ(read("sex;age\n0;1\n", 1), Classes({0, 1}));
  EXPECT_EQ(read("user_id:token,sex:float\nann,1\n", 1, {"sex"}), Classes({1})) << "RecBole";
  EXPECT_EQ(read("sex,who\n0,\"a\nb\"\n1,c\n", 2, {"sex"}), Classes({0, 1}));
  EXPECT_EQ(read("sex\r0\r1\r", 2), Classes({0, 1}));
}

TEST(ClassFile, RefusesIdsThatAreTakenForClasses) {
  const support::TempFolder folder;
  std::string text = ",user,sex\n", values;
  for (int r = 0; r < 9; ++r) {
    text += std::to_string(r) + "," + std::to_string(100 + r) + ",1\n";
    values += {static_cast<char>(r), 1};
  }
  const std::string csv = folder.write("c.csv", text),
                    array = folder.write("c.npy", npy("9", values));
  EXPECT_EQ(
      support::error_of([&] { all_of(csv, {}, 9, 4); }),
      "-13: " + csv + ":1: column 0 has no name; is it an index? Choose columns with --attribute");
  EXPECT_EQ(support::error_of([&] {
              all_of(csv, {"user", "sex"}, 9, 4);
            }),
            "-13: " + csv +
                ": column user rises from row to row: it looks like ids; choose columns "
                "with --attribute");
  EXPECT_EQ(support::error_of([&] { all_of(array, {}, 9, 4); }),
            "-13: " + array +
                ": column 0 rises from row to row: it looks like ids; choose columns "
                "with --attribute");
  EXPECT_EQ(all_of(csv, {"sex"}, 9, 4), Classes(9, 1));
  EXPECT_EQ(all_of(array, {"1"}, 9, 4), Classes(9, 1));
}

TEST(ClassFile, SaysWhatIsWrong) {
  const support::TempFolder folder;
  const auto error = [&](const std::string &name, const std::string &bytes, std::size_t rows,
                         const std::vector<std::string> &columns = {}) {
    const std::string path = folder.write(name, bytes);
    std::string text = support::error_of([&] { all_of(path, columns, rows, 1); });
    if (const auto at = text.find(folder.path()); at != text.npos) {
      text.erase(at, folder.path().size() + 1);
    }
    return text;
  };
  EXPECT_EQ(error("c.csv", "", 1), "-13: c.csv: is empty");
  EXPECT_EQ(error("c.csv", "a\n1\n", 1, {"b"}), "-13: c.csv:1: has no column \"b\"");
  EXPECT_EQ(error("c.csv", "a\nF\n", 1),
            "-13: c.csv:2: a: \"F\" is no class: they are whole numbers from 0 to 65535, and -1 is "
            "unknown");
  EXPECT_EQ(error("c.csv", "a\n70000\n", 1),
            "-13: c.csv:2: a: \"70000\" is no class: they are whole numbers from 0 to 65535, and "
            "-1 is unknown");
  EXPECT_EQ(error("c.csv", "a,b\n1\n", 1), "-13: c.csv:2: has 1 fields, the names have 2");
  EXPECT_EQ(error("c.csv", "a\n1\n", 2),
            "-13: c.csv: has 1 rows below its names; there are more users");
  EXPECT_EQ(error("c.csv", "a\n1\n2\n", 1), "-13: c.csv:3: is past the last user");
  EXPECT_EQ(
      error("c.csv", "0\n1\n", 2),
      "-13: c.csv: has 1 rows below its names; there are more users; line 1 is taken for names: "
      "put a line of them above it if it is a row");
  EXPECT_EQ(error("c.npy", npy("1", "\1\xfe"), 1),
            "-13: c.npy: row 0, column 1: -2 is no class: they are whole numbers from 0 to 65535, "
            "and -1 is unknown");
  EXPECT_EQ(error("c.npy", npy("1", "\1\1"), 2), "-13: c.npy: has 1 rows; there are more users");
  EXPECT_EQ(error("c.npy", npy("2", std::string("\1\1\1\1")), 1),
            "-13: c.npy: has 2 rows; there are 1 users");
}

}  // namespace
}  // namespace recveil::data
