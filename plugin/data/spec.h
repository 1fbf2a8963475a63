// The parts of a SPEC: its options, and help for one that is misspelt.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace recveil::data {

using Options = std::vector<std::pair<std::string_view, std::string_view>>;

// "key=value" parts of `text` with `separator` between them, as views into it; nothing of an empty
// text. A value may hold '='. `scheme` is for messages ("csv"). Throws Error(Status::argument) for
// a part without '=', a key that is not in `keys` (the message names the nearest) or one given
// twice.
Options parse_options(std::string_view scheme, std::string_view text, char separator,
                      std::span<const std::string_view> keys);

// The option's value as a number. Throws Error(Status::argument).
std::uint64_t option_count(std::string_view scheme, std::string_view key, std::string_view value);

// The word with the least edit distance to `word`, the first of several. REQUIRES: words not empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

}  // namespace recveil::data
