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
  EXPECT_EQ(lines_of("a\r\r\nb\r\r\n"), Lines({"a", "b"})) << "text mode twice";
}

TEST(LineReader, TakesCarriageReturnsWhereTheFirstLineEndsInOne) {
  EXPECT_EQ(lines_of("a,b\rc,d\r"), Lines({"a,b", "c,d"}));
  EXPECT_EQ(lines_of("a\rb\r\rc"), Lines({"a", "b", "", "c"}));
  EXPECT_EQ(lines_of("\"a\rb\"\nc\n"), Lines({"\"a\rb\"", "c"})) << "within quotes it ends no line";
  EXPECT_EQ(lines_of("\"a\nb\"\rc\r"), Lines({"\"a\nb\"", "c"}));
  EXPECT_EQ(error_of("a\nb\rc\n"),
            "-13: t:2: holds a carriage return, and the lines before it end in line feeds");
  EXPECT_EQ(error_of("a\rb\n"),
            "-13: t:2: ends in a line feed, and the lines before it in carriage returns");
}

TEST(LineReader, SaysWhatAFileIsThatIsNoText) {
  const auto utf16 = [](std::string_view text) {
    std::string out;
    for (const char c : text) out += {c, '\0'};
    return out;
  };
  const std::string zip("PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\11\0\0\0", 30);
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"\xFF\xFE" + utf16("user,item\n"),
       "is UTF-16 (Excel calls it Unicode text); save it as UTF-8"},
      {utf16("user,item\n"), "is UTF-16 (Excel calls it Unicode text); save it as UTF-8"},
      {"\xFE\xFF" + std::string("\0a\0,\0b", 6),
       "is UTF-16 (Excel calls it Unicode text); save it as UTF-8"},
      {std::string("\xFF\xFE\0\0a\0\0\0", 8), "is UTF-32; save it as UTF-8"},
      {zip + "users.npy", "is a .npz archive; save one array with numpy.save"},
      {zip + "[Content_Types].xml", "is an Excel workbook; save one sheet as CSV (UTF-8)"},
      {zip + "r.csv", "is a ZIP archive; unpack it"},
      {"BZh91AY&SY...", "is packed with bzip2; pack it with gzip or xz, or unpack it"},
      {"\x28\xB5\x2F\xFD...", "is packed with zstd; pack it with gzip or xz, or unpack it"},
      {"\x93NUMPY\1", "is a .npy array, not text"},
      {"PAR1\x15", "is a Parquet file; save it as CSV"},
      {"\x80\4\x95...", "is a pickle; save it as CSV, or an array with numpy.save"},
      {"r.csv" + std::string(252, '\0') + "ustar", "is a tar archive; unpack it"},
      {support::gzip(support::gzip("a,b\n")), "is packed with gzip twice; unpack it once"}};
  for (const auto &[bytes, what] : kinds) EXPECT_EQ(error_of(bytes), "-13: t: " + what);
  EXPECT_EQ(lines_of("PAR1,x\n"), Lines({"PAR1,x"})) << "an id may begin so";
}

TEST(LineReader, JoinsLines) {
  const support::TempFolder folder;
  const std::string filler(600'000, 'f');
  LineReader reader(folder.write("t", "\"a\r\nb\"\n" + filler + "\n" + filler + "\nc\n"));
  std::string_view line;
  ASSERT_TRUE(reader.next(line));
  ASSERT_TRUE(reader.extend(line));
  EXPECT_EQ(line, "\"a\r\nb\"");
  EXPECT_EQ(reader.number(), 1u);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, filler);
  EXPECT_EQ(reader.number(), 3u);
  EXPECT_EQ(support::error_of([&] { reader.extend(line); }).substr(0, 5), "-13: ") << "over 1 MiB";
}

TEST(LineReader, EndsWithItsLastLineAlsoJoined) {
  const support::TempFolder folder;
  LineReader reader(folder.write("t", "a\nb"));
  std::string_view line;
  ASSERT_TRUE(reader.next(line));
  ASSERT_TRUE(reader.extend(line));
  EXPECT_EQ(line, "a\nb");
  EXPECT_FALSE(reader.extend(line));
  EXPECT_FALSE(reader.next(line));
}

TEST(LineReader, TellsWhatItSaw) {
  const support::TempFolder folder;
  std::string_view line;
  LineReader plain(folder.write("p", "a,b\n"));
  ASSERT_TRUE(plain.next(line));
  EXPECT_FALSE(plain.any_quote() || plain.any_not_ascii());
  LineReader other(folder.write("o", "a,\"\xC3\xA9\"\n"));
  ASSERT_TRUE(other.next(line));
  EXPECT_TRUE(other.any_quote() && other.any_not_ascii());
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
