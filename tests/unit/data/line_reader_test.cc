// Lines: ends, byte order mark, limits.
#include "data/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/data_files.h"

namespace recveil::data {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string &text) {
  const support::TempFolder folder;
  LineReader reader(folder.write("t", text));
  Lines out;
  std::string_view line;
  while (reader.next(line)) {
    out.emplace_back(line);
    EXPECT_EQ(reader.number(), out.size());
  }
  EXPECT_FALSE(reader.next(line));
  return out;
}

std::string error_of(const std::string &text) {
  std::string error = support::error_of([&] { lines_of(text); });
  return error.substr(0, 5) + error.substr(error.find("/t:") + 1);  // without the folder
}

TEST(LineReader, TakesLfCrLfAndNoEnd) {
  EXPECT_EQ(lines_of(""), Lines());
  EXPECT_EQ(lines_of("a"), Lines({"a"}));
  EXPECT_EQ(lines_of("a\nb\r\nc"), Lines({"a", "b", "c"}));
  EXPECT_EQ(lines_of("a\n\r\n\nb\n"), Lines({"a", "", "", "b"}));
  EXPECT_EQ(lines_of("a\rb\n"), Lines({"a\rb"}));
}

TEST(LineReader, SkipsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(lines_of("\xEF\xBB\xBFuser\n\xEF\xBB\xBFx\n"), Lines({"user", "\xEF\xBB\xBFx"}));
}

TEST(LineReader, ReadsLinesAcrossItsBuffer) {
  Lines lines;
  std::string text;
  for (std::size_t i = 0; i < 9; ++i) {
    lines.emplace_back(200'000 + 37 * i, static_cast<char>('a' + i));
    text += lines.back() + "\n";
  }
  EXPECT_EQ(lines_of(text), lines);
}

TEST(LineReader, TakesOneMebibyteAndNoMore) {
  const std::string longest(kMaxLine, 'x');
  const std::string expected = "-13: t:2: the line is longer than 1 MiB";
  for (const std::string end : {"\n", "\r\n", ""}) {
    EXPECT_EQ(lines_of("a\n" + longest + end), Lines({"a", longest}));
    EXPECT_EQ(error_of("a\n" + longest + "x" + end), expected);
    EXPECT_EQ(error_of("a\n" + longest + longest + longest + end), expected);
  }
}

TEST(LineReader, RefusesNulBytes) {
  EXPECT_EQ(error_of(std::string("a\nb\0c\n", 6)), "-13: t:2: the line holds a NUL byte");
}

}  // namespace
}  // namespace recveil::data
