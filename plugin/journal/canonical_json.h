// JSON in the canonical form of RFC 8785: sorted keys, no spaces, numbers as ECMAScript writes
// them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace recveil::journal {

struct Json {
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;
  struct Canonical {
    std::string text;
  };
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object, Canonical>
      value = nullptr;

  Json() = default;
  Json(bool flag) : value(flag) {}
  Json(std::int64_t integer) : value(integer) {}
  Json(std::uint32_t integer) : value(std::int64_t{integer}) {}
  Json(double real) : value(real) {}
  Json(std::string text) : value(std::move(text)) {}
  Json(std::string_view text) : value(std::string(text)) {}
  Json(const char *text) : value(std::string(text)) {}
  Json(Array array) : value(std::move(array)) {}
  Json(Object object) : value(std::move(object)) {}
  Json(Canonical canonical) : value(std::move(canonical)) {}  // written as it is
};

// Throws Error(argument): a key that is not ASCII, text that is not UTF-8, a number that is not
// finite, an integer beyond +-2^53 (other readers would round it: write it as text).
std::string canonical_json(const Json &json);
bool is_utf8(std::string_view text) noexcept;

}  // namespace recveil::journal
