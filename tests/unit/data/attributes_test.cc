// attributes=FILE2 of csv.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

using Ids = std::vector<std::string>;
using Labels = std::vector<std::int32_t>;

class Attributes : public testing::Test {
 protected:
  Attributes() { folder_.write("t", "b,x\na,x\nc,y\n"); }
  std::vector<Attribute> load_text(std::string_view text) {
    folder_.write("users", text);
    return load("csv:" + folder_ / "t" + "?attributes=" + folder_ / "users").attributes;
  }
  std::string error_of(std::string_view text) {
    std::string error = support::error_of([&] { load_text(text); });
    if (const auto at = error.find(folder_.path()); at != error.npos) {
      error.erase(at, folder_.path().size() + 1);
    }
    return error;
  }
  support::TempFolder folder_;
};

TEST_F(Attributes, BelongToTheUsersByIdWhateverTheOrder) {
  const auto attributes = load_text("id,sex,town\na,F,\"Bonn, DE\"\nzz,X,Rome\nc,M,\nb,F,Oslo\n");
  ASSERT_EQ(attributes.size(), 2u);
  EXPECT_EQ(attributes[0].name, "sex");
  EXPECT_EQ(attributes[0].values, Ids({"F", "M"})) << "not the X of a user who is not there";
  EXPECT_EQ(attributes[0].label, Labels({0, 0, 1}));  // users b, a, c
  EXPECT_EQ(attributes[1].name, "town");
  EXPECT_EQ(attributes[1].values, Ids({"Bonn, DE", "Oslo"}));
  EXPECT_EQ(attributes[1].label, Labels({1, 0, -1}));
}

TEST_F(Attributes, AreUnknownOfUsersWithoutALine) {
  const auto attributes = load_text("id,sex\na,F\n");
  EXPECT_EQ(attributes[0].values, Ids({"F"}));
  EXPECT_EQ(attributes[0].label, Labels({-1, 0, -1}));
}

TEST_F(Attributes, NameWhatIsWrongWithTheirFile) {
  EXPECT_EQ(error_of(""), "-13: users: the file is empty");
  EXPECT_EQ(error_of("id\na\n"), "-13: users:1: there is no column besides the user's id");
  EXPECT_EQ(error_of("id,sex,sex\na,F,F\n"), "-13: users:1: two columns are called \"sex\"");
  EXPECT_EQ(error_of("id,sex,\na,F,F\n"), "-13: users:1: column 2 has no name");
  EXPECT_EQ(error_of("id,sex\na,F\nb\n"), "-13: users:3: the line has 1 field, not 2");
  EXPECT_EQ(error_of("id,sex\n,F\n"), "-13: users:2: field user: is empty");
  for (const char *nobody : {"sex,id\nF,a\n", "id,sex\nzz,F\n", "id,sex\n"}) {
    EXPECT_NE(error_of(nobody).find("people has an interaction; is the id in the first column"),
              std::string::npos)
        << nobody;
  }
  EXPECT_EQ(error_of("id,sex\na,F\nzz,F\na,M\n"),
            "-13: users:4: field user: \"a\" is also on line 2");
  EXPECT_EQ(
      support::error_of([&] { load("csv:" + folder_ / "t" + "?attributes=" + folder_ / "none"); }),
      "-9: " + folder_ / "none" + ": no such file, nor with .xz or .gz");
}

}  // namespace
}  // namespace recveil::data
