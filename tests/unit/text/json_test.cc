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
  EXPECT_EQ(error_of(nested(kMaxJsonDepth + 1)), "request: nested too deeply");
  EXPECT_EQ(error_of(std::string(1'000'000, '[')), "request: nested too deeply");
  std::string deep;
  for (int i = 0; i < 60'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(error_of(deep), "request: nested too deeply");
}

TEST(Json, NamesWhatIsWrong) {
  EXPECT_EQ(error_of("{\"a\": 1, \"a\": 2}"), "request: a: given twice");
  EXPECT_EQ(error_of("{\"b\": {\"a\\n\": 1, \"a\\n\": 2}}"), "request: a?: given twice");
  EXPECT_EQ(error_of("{\"a\": \"caf\xE9\"}"), "request: line 1, column 11: is not UTF-8");
  EXPECT_EQ(error_of("{\n\"a\": 1,\n}").substr(0, 25), "request: not JSON: line 3");
  for (const char *text : {"", "{", "{} {}", "{'a': 1}", "[01]", "nul", "\"\\ud800\""}) {
    EXPECT_EQ(error_of(text).substr(0, 18), "request: not JSON:") << text;
  }
}

}  // namespace
}  // namespace recveil::text
