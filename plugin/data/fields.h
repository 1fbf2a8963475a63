// A line of text into fields, and a field into a number or a time; strict: what is not plainly
// right is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::data {

// The parts of `line` between separators (one or more bytes), as views into `line`. Always at least
// one.
void split(std::string_view line, std::string_view separator,
           std::vector<std::string_view> &fields);

// What the quotes of a line come to.
enum class Quotes : std::uint8_t {
  closed,  // the line is whole
  open,    // a quote is not closed on the line: it goes on on the next
  broken,  // text follows a closing quote
};

// The same, with the quotes of RFC 4180: a field that begins with " runs to the next lone ", may
// hold separators and line ends, and "" in it stands for one ". Blanks may stand before and after
// the quotes, unless they are the separator. backslash: the other convention, where \" in a quoted
// field stands for one " and \\ for one \. ends: where each
// field ends in `line`; may be null. The views go into `line` or `scratch`.
Quotes split_quoted(std::string_view line, std::string_view separator, bool backslash,
                    std::vector<std::string_view> &fields, std::string &scratch,
                    std::vector<std::size_t> *ends = nullptr);

// `text` without blanks at its ends: spaces, tabs, no-break spaces, byte order marks (which stand
// in the middle of files that were put together), and what nobody sees: zero-width spaces and marks
// of the direction of writing.
std::string_view trimmed(std::string_view text);

// These return what is wrong with `text`, which has no blanks at its ends ("is not a number"), or
// nullptr.
//
// A finite number in float's range; one too small for a float is 0. A + before it is taken; zeros
// before a whole number are not (ids that were given for numbers begin so).
const char *parse_rating(std::string_view text, float &value);

// A time in Unix seconds, 0 or more, written as
//   seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size:
//   seconds
//     are below 10^11, milliseconds below 10^14, microseconds below 10^17), with or without
//     decimals;
//   a date of ISO 8601, alone or with a time of day, and with an offset, Z or UTC; without one of
//     those it is UTC. 2024-01-11, 2024-01-11 10:00:01.5, 2024-01-11T10:00:01Z,
//     2024-01-11 10:00:01 +0000 UTC.
// Parts of a second are dropped. A date without hyphens (20240111) is refused, it may be seconds,
// and so is a day number of a spreadsheet with its time of day (45302.42).
const char *parse_time(std::string_view text, std::int64_t &value);
const char *parse_count(std::string_view text, std::uint64_t &value);

// `text` in quotation marks for a message: shortened, as text/utf8.h shown() shows it.
std::string in_quotes(std::string_view text);

}  // namespace recveil::data
