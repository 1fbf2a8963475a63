// Reading the keys of a request's JSON by the table of request/keys.h, which has their defaults and
// ranges. Every error is Error(argument) naming the key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "request/keys.h"

namespace recveil::audit::fields {

using Json = nlohmann::json;

// Throws unless `text` is a JSON object.
Json object_of(std::string_view text);

[[noreturn]] void refuse(const std::string &key, const std::string &what);

class Fields {
 public:
  // Throws for a key of the object that is not in `keys`. Both must outlive this.
  Fields(const Json &object, std::span<const request::Key> keys);

  bool has(std::string_view key) const { return object_.contains(std::string(key)); }
  const Json &operator[](std::string_view key) const { return object_.at(std::string(key)); }

  // The value under the key, or its default.
  std::string word(std::string_view key) const;
  double number(std::string_view key) const;
  std::uint64_t whole(std::string_view key) const;
  std::uint32_t whole_32(std::string_view key) const {
    return static_cast<std::uint32_t>(whole(key));
  }
  bool flag(std::string_view key) const;

  // A list of different words, each of `allowed` or, where that is empty, of the table's choices.
  std::vector<std::string> words(std::string_view key,
                                 const std::vector<std::string> &allowed = {}) const;
  // A list of 1 to 10 numbers; 0 stands for "average" where the table names it.
  std::vector<std::uint32_t> numbers(std::string_view key) const;

 private:
  const request::Key &key_of(std::string_view name) const { return request::key_of(keys_, name); }
  template <class Number>
  Number within(const request::Key &key) const;

  const Json &object_;
  const std::span<const request::Key> keys_;
};

// What is between the commas of a text.
std::vector<std::string> parts(std::string_view text);

// 1 to 10 different numbers with commas between, each in [least, most].
std::vector<double> decimals(const Fields &given, const char *key, double least, double most);

}  // namespace recveil::audit::fields
