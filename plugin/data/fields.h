// A line of text into fields, and a field into a number; strict: what is not plainly right is
// wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::data {

// The parts of `line` between separators (one or more bytes), as views into `line`. Always at least
// one.
void split(std::string_view line, std::string_view separator,
           std::vector<std::string_view> &fields);

// The same, with the quotes of RFC 4180: a field that begins with " runs to the next lone ", may
// hold separators, and "" in it stands for one ". The views go into `line` or `scratch`. Returns
// what is wrong with the line, or nullptr.
const char *split_quoted(std::string_view line, std::string_view separator,
                         std::vector<std::string_view> &fields, std::string &scratch);

// These return what is wrong with `text` ("is not a number"), or nullptr.
const char *parse_rating(std::string_view text, float &value);       // finite, in float's range
const char *parse_time(std::string_view text, std::int64_t &value);  // Unix seconds, 0 or more
const char *parse_count(std::string_view text, std::uint64_t &value);

// `text` in quotation marks for a message: shortened, and with bytes that are not printable ASCII
// replaced by '?', so that the message stays one line.
std::string in_quotes(std::string_view text);

}  // namespace recveil::data
