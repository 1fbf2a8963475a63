// JSON from outside: bounded, in UTF-8, and with each key once.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::text {

// How deep lists and objects may lie in one another: all that is written, copied or destroyed by
// recursion must end on the smallest stack of a host's thread.
constexpr std::size_t kMaxJsonDepth = 64;

// The path to a place in a JSON text: keys of objects; the place in a list is a number.
using JsonPath = std::vector<std::string>;

// The value that is the whole of `text`. Throws Error(Status::argument) in one line that begins
// with `name` ("request", or that of a file) and names the line and the key: for bytes that are not
// UTF-8, for what is not JSON, for more than kMaxJsonDepth lists and objects in one another, for a
// number that no double holds, and for a key given twice in one object. may_repeat: says of the
// path to an object whether it may hold a key twice (the last one counts); null: it may not. A byte
// order mark is skipped. Uses no more stack for a text that is nested deeply.
nlohmann::json parse_json(std::string_view text, const std::string &name,
                          bool (*may_repeat)(const JsonPath &) = nullptr);

}  // namespace recveil::text
