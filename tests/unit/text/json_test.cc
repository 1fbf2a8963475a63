// JSON from outside: bounded, in UTF-8, every key once.
#include "text/json.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace recveil::text {
namespace {

std::string error_of(const std::string &text) {
  try {
    parse_json(text, "request");
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, IsReadWhole) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF {\"a\": [1, null, \"\\u00e9\"]} ", "request").dump(),
            "{\"a\":[1,null,\"é\"]}");
  EXPECT_EQ(parse_json("[{\"a\": 1}, {\"a\": 2}]", "request").size(), 2u);
}

TEST(Json, IsNotNestedWithoutBound) {
  EXPECT_EQ(error_of(nested(kMaxJsonDepth)), "no error");
  const std::string deep_error =
      "request: 0: 0: 0: 0: nested too deeply, more than 64 lists and objects in one another";
  EXPECT_EQ(error_of(nested(kMaxJsonDepth + 1)), deep_error);
  EXPECT_EQ(error_of(std::string(1'000'000, '[')), deep_error);
  std::string deep;
  for (int i = 0; i < 60'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(
      error_of(deep),
      "request: a: a: a: a: nested too deeply, more than 64 lists and objects in one another");
}

TEST(Json, NamesWhatIsWrong) {
  EXPECT_EQ(error_of("{\"a\": 1, \"a\": 2}"), "request: a: is given twice");
  EXPECT_EQ(error_of("{\"b\": {\"a\\n\": 1, \"a\\n\": 2}}"), "request: b: a?: is given twice");
  EXPECT_EQ(error_of("{\"a\": \"caf\xE9\"}"),
            "request:1: a: is not UTF-8; convert it (byte 11 of the line)");
  EXPECT_EQ(error_of("{\n\"a\": 1,\n}"), "request:3: is not JSON (byte 1 of the line)");
  EXPECT_EQ(error_of("[1e400]"), "request: has a number that is too large");
  EXPECT_EQ(error_of(std::string("\xFF\xFE[\0", 4)), "request: is UTF-16; save it as UTF-8");
  for (const char *text : {"", "{", "{} {}", "{'a': 1}", "[01]", "nul", "\"\\ud800\""}) {
    EXPECT_EQ(error_of(text).substr(0, 22), "request:1: is not JSON") << text;
  }
}

}  // namespace
}  // namespace recveil::text
