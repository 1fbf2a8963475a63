#include "audit/request_fields.h"

#include <algorithm>
#include <charconv>

#include "text/json.h"

namespace recveil::audit::fields {
namespace {

using request::Key;

std::string list_of(const std::vector<std::string> &names) {
  std::string list;
  for (const std::string &name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

template <class Number>
Number parsed(std::string_view text) {
  Number out{};
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

Json object_of(std::string_view text) {
  Json object = text::parse_json(text, "request");
  if (!object.is_object()) throw Error(Status::argument, "request: not a JSON object");
  return object;
}

void refuse(const std::string &key, const std::string &what) {
  throw Error(Status::argument, "request." + key + ": " + what);
}

Fields::Fields(const Json &object, std::span<const Key> keys) : object_(object), keys_(keys) {
  for (const auto &[name, value] : object.items()) {
    const auto same = [&name = name](const Key &key) { return key.name == name; };
    if (std::any_of(keys.begin(), keys.end(), same)) continue;
    // Quoted, so that a newline in it does not break the line.
    throw Error(Status::argument, "request: unknown key " + Json(name).dump());
  }
}

template <class Number>
Number Fields::within(const Key &key) const {
  const std::string name(key.name);
  const Number value = object_[name];
  const auto least = static_cast<Number>(key.least), most = static_cast<Number>(key.most);
  if (!(value >= least && value <= most)) {
    refuse(name, "must be from " + Json(least).dump() + " to " + Json(most).dump() + ", not " +
                     object_[name].dump());
  }
  return value;
}

std::string Fields::word(std::string_view name) const {
  const Key &key = key_of(name);
  if (!has(name)) return std::string(key.fallback);
  const Json &value = (*this)[name];
  if (!value.is_string()) refuse(std::string(name), "must be a text");
  const std::vector<std::string> choices = split(key.choices, ' ');
  if (!choices.empty() && !contains(choices, value)) {
    refuse(std::string(name), "must be one of " + list_of(choices) + "; not " + value.dump());
  }
  return value;
}

double Fields::number(std::string_view name) const {
  const Key &key = key_of(name);
  if (!has(name)) return parsed<double>(key.fallback);
  if (!(*this)[name].is_number()) refuse(std::string(name), "must be a number");
  return within<double>(key);
}

std::uint64_t Fields::whole(std::string_view name) const {
  const Key &key = key_of(name);
  if (!has(name)) return parsed<std::uint64_t>(key.fallback);
  if (!(*this)[name].is_number_unsigned()) {
    refuse(std::string(name), "must be a whole number of 0 or more");
  }
  return within<std::uint64_t>(key);
}

bool Fields::flag(std::string_view name) const {
  if (!has(name)) return key_of(name).fallback == "true";
  if (!(*this)[name].is_boolean()) refuse(std::string(name), "must be true or false");
  return (*this)[name];
}

std::vector<std::string> Fields::words(std::string_view name,
                                       const std::vector<std::string> &allowed) const {
  const Key &key = key_of(name);
  if (!has(name)) return split(key.fallback, ',');
  const std::vector<std::string> choices = allowed.empty() ? split(key.choices, ' ') : allowed;
  const Json &list = (*this)[name];
  if (!list.is_array() || list.empty()) {
    refuse(std::string(name), "must be a list of texts, not empty");
  }
  std::vector<std::string> out;
  for (const Json &entry : list) {
    if (!entry.is_string() || !contains(choices, entry)) {
      refuse(std::string(name),
             "must be one of these, not " + entry.dump() + ": " + list_of(choices));
    }
    if (contains(out, entry)) refuse(std::string(name), "has " + entry.dump() + " twice");
    out.push_back(entry);
  }
  return out;
}

std::vector<std::uint32_t> Fields::numbers(std::string_view name) const {
  constexpr std::size_t kMost = 10;
  const Key &key = key_of(name);
  std::vector<std::uint32_t> out;
  if (!has(name)) {
    for (const std::string &entry : split(key.fallback, ',')) {
      out.push_back(parsed<std::uint32_t>(entry));  // 0 of a word
    }
    return out;
  }
  const Json &list = (*this)[name];
  if (!list.is_array() || list.empty() || list.size() > kMost) {
    refuse(std::string(name), "must be a list of 1 to " + std::to_string(kMost));
  }
  const auto least = static_cast<std::uint32_t>(key.least),
             most = static_cast<std::uint32_t>(key.most);
  for (const Json &entry : list) {
    const bool is_average = !key.choices.empty() && entry == key.choices;
    if (!is_average && !(entry.is_number_unsigned() && entry >= least && entry <= most)) {
      refuse(std::string(name), "must be of whole numbers from " + std::to_string(least) + " to " +
                                    std::to_string(most) +
                                    (key.choices.empty() ? "" : " or " + Json(key.choices).dump()) +
                                    "; not " + entry.dump());
    }
    out.push_back(is_average ? 0 : entry.get<std::uint32_t>());
  }
  return out;
}

std::vector<std::string> parts(std::string_view text) {
  return split(text, ',');
}

std::vector<double> decimals(const Fields &given, const char *key, double least, double most) {
  std::vector<double> out;
  for (const std::string &part : parts(given.word(key))) {
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() ||
        !(value >= least && value <= most)) {
      refuse(key, "must be numbers from " + Json(least).dump() + " to " + Json(most).dump() +
                      " with commas between, not " + Json(part).dump());
    }
    if (std::find(out.begin(), out.end(), value) != out.end()) {
      refuse(key, "has " + Json(part).dump() + " twice");
    }
    out.push_back(value);
  }
  constexpr std::size_t kMost = 10;
  if (out.empty() || out.size() > kMost) refuse(key, "must be 1 to 10 numbers");
  return out;
}

}  // namespace recveil::audit::fields
