// JSON that came from outside, parsed within bounds.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace recveil::text {

// How deep lists and objects may lie in one another: all that is written, copied or destroyed by
// recursion must end on the smallest stack of a host's thread.
constexpr std::size_t kMaxJsonDepth = 64;

// The value that is the whole of `text`. Throws Error(Status::argument), "WHAT: ...", in one line:
// for bytes that are not UTF-8 (with the place), for what is no JSON (with line and column), for
// more than kMaxJsonDepth lists and objects in one another, and for a key given twice in one
// object. `what` is what the text is for ("request"). A byte order mark is skipped.
nlohmann::json parse_json(std::string_view text, const std::string &what);

}  // namespace recveil::text
