// Reading the keys of a request's JSON. Every error is Error(argument) naming the key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace recveil::audit::fields {

using Json = nlohmann::json;

// Throws unless `text` is a JSON object.
Json object_of(std::string_view text);

[[noreturn]] void refuse(const std::string &key, const std::string &what);

// Throws for a key of the object that is not one of `keys`.
void check_keys(const Json &object, const std::vector<std::string> &keys);

// The value under the key, or `fallback` where it is not there. allowed: empty for any text.
std::string word(const Json &object, const std::string &key, const std::string &fallback,
                 const std::vector<std::string> &allowed);
// A list of different words.
std::vector<std::string> words(const Json &object, const std::string &key,
                               const std::vector<std::string> &fallback,
                               const std::vector<std::string> &allowed);
double number(const Json &object, const std::string &key, double fallback, double min, double max);
std::uint64_t whole(const Json &object, const std::string &key, std::uint64_t fallback,
                    std::uint64_t min, std::uint64_t max);
bool flag(const Json &object, const std::string &key);

}  // namespace recveil::audit::fields
