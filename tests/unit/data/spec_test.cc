// Wrong SPECs get errors that help.
#include "data/spec.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "data/load.h"
#include "support/data_files.h"

namespace recveil::data {
namespace {

std::string error_of(const std::string &spec) {
  return support::error_of([&] { load(spec); });
}

TEST(Spec, NearestIsTheLeastEditDistanceTheFirstOfSeveral) {
  constexpr std::array<std::string_view, 3> kWords{"user", "item", "rating"};
  EXPECT_EQ(nearest("usr", kWords), "user");
  EXPECT_EQ(nearest("Items", kWords), "item");
  EXPECT_EQ(nearest("ratign", kWords), "rating");
  EXPECT_EQ(nearest("", kWords), "user");
}

TEST(Spec, KeepsEqualsSignsInValues) {
  constexpr std::array<std::string_view, 2> kKeys{"a", "b"};
  const Options options = parse_options("t", "b==&a=x=y", '&', kKeys);
  ASSERT_EQ(options.size(), 2u);
  EXPECT_EQ(options[0], (std::pair<std::string_view, std::string_view>("b", "=")));
  EXPECT_EQ(options[1], (std::pair<std::string_view, std::string_view>("a", "x=y")));
}

TEST(Spec, NamesTheDatasetThatWasMeant) {
  EXPECT_EQ(error_of("ml1m:x"), "-2: data: there is no dataset \"ml1m\"; did you mean \"ml-1m\"?");
  EXPECT_EQ(error_of("ml-100K:x"),
            "-2: data: there is no dataset \"ml-100K\"; did you mean \"ml-100k\"?");
  EXPECT_EQ(error_of("synth"),
            "-2: data: there is no dataset \"synth\"; did you mean \"synthetic\"?");
  EXPECT_EQ(error_of("CSV:x").substr(0, 40), "-2: data: there is no dataset \"CSV\"; did");
  EXPECT_EQ(error_of("ml-1m"), "-2: ml-1m: the SPEC names no folder");
  EXPECT_EQ(error_of("ml-1m:"), "-2: ml-1m: the SPEC names no folder");
}

TEST(Spec, RefusesWrongSyntheticOptions) {
  EXPECT_EQ(error_of("synthetic:user=5"),
            "-2: synthetic: there is no option \"user\"; did you mean \"users\"?");
  EXPECT_EQ(error_of("synthetic:users"), "-2: synthetic: \"users\" is not key=value");
  EXPECT_EQ(error_of("synthetic:seed=1,seed=2"), "-2: synthetic: option \"seed\" is given twice");
  EXPECT_EQ(error_of("synthetic:users=1e3"), "-2: synthetic: users: \"1e3\" is not a whole number");
  EXPECT_EQ(error_of("synthetic:users=0100"), "-2: synthetic: users: \"0100\" has a leading zero");
  EXPECT_EQ(error_of("synthetic:seed=-1"), "-2: synthetic: seed: \"-1\" is not a whole number");
  EXPECT_EQ(error_of("synthetic:seed=18446744073709551616"),
            "-2: synthetic: seed: \"18446744073709551616\" is out of range");
  EXPECT_EQ(error_of("synthetic:users=9"),
            "-2: synthetic: users: must be in [10, 10000000], not 9");
  EXPECT_EQ(error_of("synthetic:users=10000001"),
            "-2: synthetic: users: must be in [10, 10000000], not 10000001");
  EXPECT_EQ(error_of("synthetic:items=4294967306"),  // 10 modulo 2^32
            "-2: synthetic: items: \"4294967306\" is too large");
}

TEST(Spec, RefusesWrongCsvOptions) {
  EXPECT_EQ(error_of("csv:"), "-2: csv: the SPEC names no file");
  EXPECT_EQ(error_of("csv:?user=0"), "-2: csv: the SPEC names no file");
  EXPECT_EQ(error_of("csv:f?usr=0"), "-2: csv: there is no option \"usr\"; did you mean \"user\"?");
  EXPECT_EQ(error_of("csv:f?duplicate=first"),
            "-2: csv: there is no option \"duplicate\"; did you mean \"duplicates\"?");
  EXPECT_EQ(error_of("csv:f?user=0&&item=1"), "-2: csv: \"\" is not key=value");
  EXPECT_EQ(error_of("csv:f?user=0&user=1"), "-2: csv: option \"user\" is given twice");
  EXPECT_EQ(error_of("csv:f?sep="), "-2: csv: sep: \"\" is empty");
  EXPECT_EQ(error_of("csv:f?sep=\""), "-2: csv: sep: \"\"\" holds a quote");
  EXPECT_EQ(error_of("csv:f?header=yes"), "-2: csv: header: \"yes\" is neither 0 nor 1");
  EXPECT_EQ(error_of("csv:f?duplicates=all"),
            "-2: csv: duplicates: \"all\" is not error, first or last");
  EXPECT_EQ(error_of("csv:f?user=uid"),
            "-2: csv: user: \"uid\" is not a number, and column names need header=1");
}

}  // namespace
}  // namespace recveil::data
