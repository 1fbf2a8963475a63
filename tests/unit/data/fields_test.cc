// Splitting lines and reading numbers.
#include "data/fields.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace recveil::data {
namespace {

using Fields = std::vector<std::string>;

Fields split_at(std::string_view line, std::string_view separator) {
  std::vector<std::string_view> fields;
  split(line, separator, fields);
  return {fields.begin(), fields.end()};
}

// The fields, or one string with what is wrong.
Fields quoted_fields(std::string_view line, std::string_view separator = ",") {
  std::vector<std::string_view> fields;
  std::string scratch;
  if (const char *fault = split_quoted(line, separator, fields, scratch)) return {fault};
  return {fields.begin(), fields.end()};
}

TEST(Fields, SplitsAtEverySeparator) {
  EXPECT_EQ(split_at("1::2::3", "::"), Fields({"1", "2", "3"}));
  EXPECT_EQ(split_at("1:::2", "::"), Fields({"1", ":2"}));
  EXPECT_EQ(split_at("", ","), Fields({""}));
  EXPECT_EQ(split_at(",a,", ","), Fields({"", "a", ""}));
  EXPECT_EQ(split_at("a\tb", "\t"), Fields({"a", "b"}));
  EXPECT_EQ(split_at("\"a,b\"", ","), Fields({"\"a", "b\""}));
}

TEST(Fields, ReadsQuotedFields) {
  EXPECT_EQ(quoted_fields("a,b"), Fields({"a", "b"}));
  EXPECT_EQ(quoted_fields("\"a,b\",c"), Fields({"a,b", "c"}));
  EXPECT_EQ(quoted_fields("a,\"\",\"b\""), Fields({"a", "", "b"}));
  EXPECT_EQ(quoted_fields("\"say \"\"hi\"\"\",\"\"\"\""), Fields({"say \"hi\"", "\""}));
  EXPECT_EQ(quoted_fields("\"a\"::\"b::c\"::d", "::"), Fields({"a", "b::c", "d"}));
  EXPECT_EQ(quoted_fields("a\"b,c"), Fields({"a\"b", "c"}));
  EXPECT_EQ(quoted_fields("\"a\","), Fields({"a", ""}));
  EXPECT_EQ(quoted_fields(",\"a\""), Fields({"", "a"}));
}

TEST(Fields, RefusesBrokenQuotes) {
  EXPECT_EQ(quoted_fields("\"a,b"), Fields({"a quote is not closed on its line"}));
  EXPECT_EQ(quoted_fields("a,\""), Fields({"a quote is not closed on its line"}));
  EXPECT_EQ(quoted_fields("\"a\"b,c"), Fields({"text follows a closing quote"}));
}

template <class T>
std::string fault_of(const char *(*parse)(std::string_view, T &), std::string_view text) {
  T value{};
  const char *fault = parse(text, value);
  return fault == nullptr ? "" : fault;
}

TEST(Fields, ReadsRatings) {
  for (const auto &[text, expected] :
       std::vector<std::pair<std::string, float>>{{"0", 0.0f},
                                                  {"4.5", 4.5f},
                                                  {"-0.25", -0.25f},
                                                  {"1e3", 1000.0f},
                                                  {"352698", 352698.0f}}) {
    float value = -1;
    EXPECT_EQ(parse_rating(text, value), nullptr) << text;
    EXPECT_EQ(value, expected);
  }
  for (const char *text : {"", " 1", "1 ", "+1", "0x1", "1,5", "abc", "-", "."}) {
    EXPECT_EQ(fault_of(parse_rating, text), "is not a number") << text;
  }
  for (const char *text : {"nan", "inf", "-inf", "NaN"}) {
    EXPECT_EQ(fault_of(parse_rating, text), "is not finite") << text;
  }
  for (const char *text : {"007", "00", "-01", "00.5"}) {
    EXPECT_EQ(fault_of(parse_rating, text), "has a leading zero") << text;
  }
  EXPECT_EQ(fault_of(parse_rating, "1e39"), "is out of range");
  EXPECT_EQ(fault_of(parse_rating, "-1e999"), "is out of range");
}

TEST(Fields, ReadsTimes) {
  std::int64_t value = -1;
  EXPECT_EQ(parse_time("0", value), nullptr);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(parse_time("9223372036854775807", value), nullptr);
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(fault_of(parse_time, "9223372036854775808"), "is out of range");
  EXPECT_EQ(fault_of(parse_time, "-1"), "is negative");
  EXPECT_EQ(fault_of(parse_time, "012"), "has a leading zero");
  for (const char *text : {"", "1.5", "1e9", "2020-01-01", " 1"}) {
    EXPECT_EQ(fault_of(parse_time, text), "is not a whole number") << text;
  }
}

TEST(Fields, QuotesForOneLineOfAMessage) {
  EXPECT_EQ(in_quotes("a b"), "\"a b\"");
  EXPECT_EQ(in_quotes("a\nb\tc\x7F"), "\"a?b?c?\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace recveil::data
