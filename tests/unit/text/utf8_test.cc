// What is UTF-8, what is shown of it, and one spelling of accented letters.
#include "text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace recveil::text {
namespace {

TEST(Utf8, FindsTheFirstByteThatIsNone) {
  EXPECT_EQ(first_not_utf8(""), std::string_view::npos);
  EXPECT_EQ(first_not_utf8("a é 用 😀"), std::string_view::npos);
  EXPECT_EQ(first_not_utf8("ab\xE9"), 2u) << "Latin-1";
  EXPECT_EQ(first_not_utf8("a\xC3"), 1u) << "cut short";
  EXPECT_EQ(first_not_utf8("\xC0\x80"), 0u) << "overlong";
  EXPECT_EQ(first_not_utf8("\xED\xA0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(first_not_utf8("\xF4\x90\x80\x80"), 0u) << "past the last character";
}

TEST(Utf8, ShowsOneLineOfCharacters) {
  EXPECT_EQ(shown("用户 é", 9), "用户 é");
  EXPECT_EQ(shown("用户7", 2), "用户...");
  EXPECT_EQ(shown("a\nb\x1B\x7F\xFF", 9), "a?b???");
  EXPECT_EQ(shown("\xE2\x80\xAE\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF", 9), "????");
}

TEST(Utf8, ComposesLetters) {
  EXPECT_EQ(composed("plain"), "plain");
  EXPECT_EQ(composed("Zoe\xCC\x88"), "Zo\xC3\xAB");
  EXPECT_EQ(composed("Zo\xC3\xAB"), "Zo\xC3\xAB");
  EXPECT_EQ(composed("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), "\xED\x95\x9C") << "Hangul";
  EXPECT_EQ(composed("\xEF\xAC\x81"), "\xEF\xAC\x81") << "a ligature is another character";
}

}  // namespace
}  // namespace recveil::text
