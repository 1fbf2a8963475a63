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
Fields quoted_fields(std::string_view line, std::string_view separator = ",",
                     bool backslash = false) {
  std::vector<std::string_view> fields;
  std::string scratch;
  switch (split_quoted(line, separator, backslash, fields, scratch)) {
    case Quotes::open:
      return {"open"};
    case Quotes::broken:
      return {"broken"};
    case Quotes::closed:
      break;
  }
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
  EXPECT_EQ(quoted_fields("\"a,b"), Fields({"open"}));
  EXPECT_EQ(quoted_fields("a,\""), Fields({"open"}));
  EXPECT_EQ(quoted_fields("\"a\"b,c"), Fields({"broken"}));
  EXPECT_EQ(quoted_fields("\"a\" b,c"), Fields({"broken"}));
}

TEST(Fields, TakesBlanksAroundQuotesAndLineEndsWithin) {
  EXPECT_EQ(quoted_fields("a, \"b, c\" ,d"), Fields({"a", "b, c", "d"}));
  EXPECT_EQ(quoted_fields("\"a\nb\",c"), Fields({"a\nb", "c"}));
  EXPECT_EQ(quoted_fields("a \"b\"", " "), Fields({"a", "b"})) << "a blank that separates";
  EXPECT_EQ(quoted_fields("a\t\"b\"", "\t"), Fields({"a", "b"}));
}

TEST(Fields, TakesBackslashesWhereTheyAreAskedFor) {
  EXPECT_EQ(quoted_fields(R"("a\"b",c)", ",", true), Fields({"a\"b", "c"}));
  EXPECT_EQ(quoted_fields(R"("a\\",c)", ",", true), Fields({"a\\", "c"}));
  EXPECT_EQ(quoted_fields(R"("C:\x",c)", ",", true), Fields({"C:\\x", "c"}));
  EXPECT_EQ(quoted_fields(R"("a\",c)"), Fields({"a\\", "c"})) << "RFC 4180 has no backslash";
}

TEST(Fields, TrimsEveryKindOfBlankAtTheEnds) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed("\xC2\xA0\xEF\xBB\xBFx \xC2\xA0"), "x");
  EXPECT_EQ(trimmed(" \t\xC2\xA0"), "");
  EXPECT_EQ(trimmed("\xE2\x80\x8Bx\xE2\x80\xAE \xE2\x80\x8F"), "x") << "what nobody sees";
  EXPECT_EQ(trimmed("\xC3\xA0"), "\xC3\xA0") << "a letter that shares a byte with a blank";
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
                                                  {"+1.5e-3", 1.5e-3f},
                                                  {"+4", 4.0f},
                                                  {"0004.50", 4.5f},
                                                  {"-1e-60", -0.0f},
                                                  {"1e-4000", 0.0f},
                                                  {"1e-320", 0.0f},
                                                  {"352698", 352698.0f}}) {
    float value = -1;
    EXPECT_EQ(parse_rating(text, value), nullptr) << text;
    EXPECT_EQ(value, expected);
  }
  EXPECT_EQ(fault_of(parse_rating, ""), "is empty");
  for (const char *text : {" 1", "1 ", "++1", "+-1", "+", "0x1", "abc", "-", ".", "1e", "1 2"}) {
    EXPECT_EQ(fault_of(parse_rating, text), "is not a number") << text;
  }
  for (const char *text : {"1,5", "-1,5", "1,500", "1.500,0"}) {
    EXPECT_EQ(fault_of(parse_rating, text),
              "is not a number: decimals take a point, thousands nothing");
  }
  for (const char *text : {"nan", "inf", "-inf", "NaN"}) {
    EXPECT_EQ(fault_of(parse_rating, text), "is not finite") << text;
  }
  for (const char *text : {"007", "00", "-01", "+01"}) {
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
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::max() / 1'000'000'000) << "nanoseconds";
  EXPECT_EQ(fault_of(parse_time, "9223372036854775808"), "is out of range");
  EXPECT_EQ(fault_of(parse_time, "-1"), "is negative");
  EXPECT_EQ(fault_of(parse_time, "012"), "has a leading zero");
  EXPECT_EQ(fault_of(parse_time, ""), "is empty");
  EXPECT_EQ(fault_of(parse_time, "20240111"), "is a date without hyphens; write 2024-01-11");
  EXPECT_EQ(fault_of(parse_time, "1e19"), "is out of range");
  EXPECT_EQ(fault_of(parse_time, "-1.5"), "is negative");
  for (const char *text : {" 1", "abc", "nan", "1.5.2", "11/01/2024", "Jan 11 2024", "2024-1-11"}) {
    EXPECT_EQ(fault_of(parse_time, text), "is neither Unix seconds nor a date of ISO 8601") << text;
  }
}

TEST(Fields, ReadsTimesAsFilesWriteThem) {
  constexpr std::int64_t kSecond = 1'704'967'201;  // 2024-01-11 10:00:01 UTC, by GNU date
  for (const auto &[text, expected] :
       std::vector<std::pair<std::string, std::int64_t>>{{"1704967201", kSecond},
                                                         {"1704967201.0", kSecond},
                                                         {"1704967201.75", kSecond},
                                                         {"1.704967201e9", kSecond},
                                                         {"1704967201000", kSecond},
                                                         {"1704967201999", kSecond},
                                                         {"1704967201000000", kSecond},
                                                         {"1704967201000000000", kSecond},
                                                         {"2024-01-11 10:00:01", kSecond},
                                                         {"2024/01/11 10:00:01", kSecond},
                                                         {"2024-01-11T10:00:01", kSecond},
                                                         {"2024-01-11T10:00:01Z", kSecond},
                                                         {"2024-01-11T10:00:01.999Z", kSecond},
                                                         {"2024-01-11 10:00:01 UTC", kSecond},
                                                         {"2024-01-11 10:00:01 +0000 UTC", kSecond},
                                                         {"2024-01-11T12:30:01+02:30", kSecond},
                                                         {"2024-01-11T05:00:01-0500", kSecond},
                                                         {"2024-01-11T11:00:01+01", kSecond},
                                                         {"2024-01-11T10:00Z", kSecond - 1},
                                                         {"2024-01-11", 1'704'931'200},
                                                         {"2024-02-29", 1'709'164'800},
                                                         {"2000-02-29", 951'782'400},
                                                         {"1970-01-01", 0},
                                                         {"99999999999", 99'999'999'999},
                                                         {"5", 5}}) {
    std::int64_t value = -1;
    EXPECT_EQ(parse_time(text, value), nullptr) << text;
    EXPECT_EQ(value, expected) << text;
  }
  for (const char *text :
       {"2024-13-11", "2023-02-29", "1900-02-29", "2024-00-10", "2024-01-00", "2024-04-31"}) {
    EXPECT_EQ(fault_of(parse_time, text), "is no date") << text;
  }
  for (const char *text : {"2024-01-11T24:00", "2024-01-11T10:60", "2024-01-11 99:99:99",
                           "2024-01-11T10", "2024-01-11T1:00"}) {
    EXPECT_EQ(fault_of(parse_time, text), "is no time of day") << text;
  }
  for (const char *text : {"2024-01-11T10:00+99:99", "2024-01-11T10:00+02:00junk",
                           "2024-01-11T10:00 ", "2024-01-11T10:00 CET"}) {
    EXPECT_EQ(fault_of(parse_time, text), "ends in what is neither Z nor an offset such as +02:00")
        << text;
  }
  for (const char *text : {"45302.4166", "20000.5", "79999.99"}) {
    EXPECT_EQ(fault_of(parse_time, text),
              "is a day number of a spreadsheet; write 2024-01-11 10:00:01")
        << text;
  }
  EXPECT_EQ(fault_of(parse_time, "1969-12-31"), "is before 1970");
}

TEST(Fields, QuotesForOneLineOfAMessage) {
  EXPECT_EQ(in_quotes("a b"), "\"a b\"");
  EXPECT_EQ(in_quotes("a\nb\tc\x7F"), "\"a?b?c?\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
  EXPECT_EQ(in_quotes("用户7 é"), "\"用户7 é\"");
  EXPECT_EQ(in_quotes("a\xE9z\xFF"), "\"a?z?\"") << "bytes that are not UTF-8";
  EXPECT_EQ(in_quotes("a\xE2\x80\xAEz\xC2\x85\xE2\x80\xA8"), "\"a?z??\"")
      << "a mark that turns the writing round, and line ends of Unicode";
}

}  // namespace
}  // namespace recveil::data
