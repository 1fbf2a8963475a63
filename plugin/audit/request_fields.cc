#include "audit/request_fields.h"

#include <algorithm>

#include "text/json.h"

namespace recveil::audit::fields {
namespace {

std::string list_of(const std::vector<std::string> &names) {
  std::string list;
  for (const std::string &name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Number>
Number within(const Json &object, const std::string &key, Number min, Number max) {
  const Number value = object[key];
  if (!(value >= min && value <= max)) {
    refuse(key, "must be from " + Json(min).dump() + " to " + Json(max).dump() + ", not " +
                    object[key].dump());
  }
  return value;
}

}  // namespace

Json object_of(std::string_view text) {
  Json object;
  try {
    object = text::parse_json(text, "request");
  } catch (const Error &error) {
    if (std::string_view(error.what()).find("not JSON") == std::string_view::npos) throw;
  }
  if (!object.is_object()) throw Error(Status::argument, "request: not a JSON object");
  return object;
}

void refuse(const std::string &key, const std::string &what) {
  throw Error(Status::argument, "request." + key + ": " + what);
}

std::string word(const Json &object, const std::string &key, const std::string &fallback,
                 const std::vector<std::string> &allowed) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_string()) refuse(key, "must be a text");
  const std::string value = object[key];
  if (!allowed.empty() && !contains(allowed, value)) {
    refuse(key, "must be one of " + list_of(allowed) + "; not " + object[key].dump());
  }
  return value;
}

double number(const Json &object, const std::string &key, double fallback, double min, double max) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_number()) refuse(key, "must be a number");
  return within(object, key, min, max);
}

std::uint64_t whole(const Json &object, const std::string &key, std::uint64_t fallback,
                    std::uint64_t min, std::uint64_t max) {
  if (!object.contains(key)) return fallback;
  if (!object[key].is_number_unsigned()) refuse(key, "must be a whole number of 0 or more");
  return within(object, key, min, max);
}

bool flag(const Json &object, const std::string &key) {
  if (!object.contains(key)) return false;
  if (!object[key].is_boolean()) refuse(key, "must be true or false");
  return object[key];
}

void check_keys(const Json &object, const std::vector<std::string> &keys) {
  for (const auto &[key, value] : object.items()) {
    // Quoted, so that a newline in it does not break the line.
    if (!contains(keys, key)) {
      throw Error(Status::argument, "request: unknown key " + Json(key).dump());
    }
  }
}

std::vector<std::string> words(const Json &object, const std::string &key,
                               const std::vector<std::string> &fallback,
                               const std::vector<std::string> &allowed) {
  if (!object.contains(key)) return fallback;
  const Json &list = object[key];
  if (!list.is_array() || list.empty()) refuse(key, "must be a list of texts, not empty");
  std::vector<std::string> out;
  for (const Json &entry : list) {
    if (!entry.is_string() || !contains(allowed, entry.get<std::string>())) {
      refuse(key, "must be of " + list_of(allowed) + "; not " + entry.dump());
    }
    if (contains(out, entry.get<std::string>())) refuse(key, "has " + entry.dump() + " twice");
    out.push_back(entry);
  }
  return out;
}

}  // namespace recveil::audit::fields
