// JSON from people: bounded, in UTF-8, and with each key once; what is wrong is told in one line
// that names the file, the line and the key.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::cli {

// The path to a place in a JSON text: keys of objects; the place in an array is a number.
using JsonPath = std::vector<std::string>;

// name: of the file, for errors. may_repeat: says of the path to an object whether it may hold
// a duplicate key (the last one counts); null: it may not. A byte order mark is skipped. Throws
// std::runtime_error. Uses no more stack for a text that is nested deeply.
nlohmann::json read_json(std::string_view text, const std::string &name,
                         bool (*may_repeat)(const JsonPath &) = nullptr);

// What an object may hold and what it holds instead: `key: is not a key of WHAT; did you mean X?`
void check_keys(const nlohmann::json &object, const std::vector<std::string_view> &known,
                const std::string &what);

}  // namespace recveil::cli
