// Wrong numbers in a file, each with the whole message: file as it was read, line, field.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

struct Case {
  std::string line, expected;
};

TEST(NumberErrors, NameFileLineAndField) {
  const std::vector<Case> cases{
      {"b,y,abc,1", "field rating: \"abc\" is not a number"},
      {"b,y,,1", "field rating: \"\" is empty"},
      {"b,y,4.5x,1", "field rating: \"4.5x\" is not a number"},
      {"b,y,nan,1", "field rating: \"nan\" is not finite"},
      {"b,y,inf,1", "field rating: \"inf\" is not finite"},
      {"b,y,-inf,1", "field rating: \"-inf\" is not finite"},
      {"b,y,1e99,1", "field rating: \"1e99\" is out of range"},
      {"b,y,007,1", "field rating: \"007\" has a leading zero"},
      {"b,y,4,", "field time: \"\" is empty"},
      {"b,y,4,2024-13-01", "field time: \"2024-13-01\" is no date"},
      {"b,y,4,007", "field time: \"007\" has a leading zero"},
      {"b,y,4,-5", "field time: \"-5\" is negative"},
      {"b,y,4,9223372036854775808", "field time: \"9223372036854775808\" is out of range"},
      {"b,y,4,yester\tday\t",
       "field time: \"yester?day\" is neither Unix seconds nor a date of ISO 8601"},
  };
  const support::TempFolder folder;
  for (const Case &one : cases) {
    const std::string text = "user,item,rating,time\na,x,4,1\n" + one.line + "\n";
    folder.write("t.csv.xz", support::xz(text));
    const std::string error = support::error_of(
        [&] { load("csv:" + folder / "t.csv" + "?rating=rating&time=time&header=1"); });
    EXPECT_EQ(error, "-13: " + folder / "t.csv.xz" + ":3: " + one.expected);
  }
}

TEST(NumberErrors, DoNotTouchColumnsThatAreNotRead) {
  const support::TempFolder folder;
  const std::string path = folder.write("t", "a,x,junk\n");
  EXPECT_EQ(load("csv:" + path).interactions.size(), 1u);
}

}  // namespace
}  // namespace recveil::data
