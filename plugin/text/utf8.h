// Text as people type it: whether it is UTF-8, how it is shown, and one spelling of letters that
// have two.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace recveil::text {

// Whether every byte is ASCII. One pass without branches.
bool is_ascii(std::string_view text);

// The place of the first byte that is not part of a UTF-8 character (RFC 3629), or npos.
std::size_t first_not_utf8(std::string_view text);

// `text` as one line that a terminal can show: UTF-8 characters as they are; control characters,
// line and paragraph separators, marks that turn the direction of writing, and bytes that are not
// UTF-8 as '?'. At most `longest` characters, then "...".
std::string shown(std::string_view text, std::size_t longest);

// Unicode's normalization form C: an accented letter is one character whether it was typed as one
// or as two (macOS stores file names in two). ASCII comes back unchanged. REQUIRES: UTF-8. Throws
// std::bad_alloc.
std::string composed(std::string_view text);

}  // namespace recveil::text
