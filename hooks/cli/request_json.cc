#include "request_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "data/fields.h"
#include "data/id_text.h"
#include "data/spec.h"
#include "text/json.h"
#include "text/utf8.h"
#include "uuid.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;
using text::JsonPath;

// What recveil_forget_submit() allows.
constexpr std::uint64_t kMostAhead = 600;  // of the clock
constexpr std::size_t kLongestAttribute = 64;

[[noreturn]] void refuse(const std::string &what) {
  throw std::runtime_error(what);
}

// Null is absent.
const Json *find(const Json &object, const char *key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// What an object may hold and what it holds instead.
void check_keys(const Json &object, const std::vector<std::string_view> &known,
                const std::string &what) {
  for (const auto &[key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    refuse(fmt::format("{}: is not a key of {}; did you mean {}?", text::shown(key, 60), what,
                       data::nearest(key, known)));
  }
}

std::string text_at(const Json &object, const char *key, const std::string &fallback = "") {
  const Json *found = find(object, key);
  if (found == nullptr) return fallback;
  if (!found->is_string())
    refuse(fmt::format("{}: must be a text, not {}", key, found->type_name()));
  return found->get<std::string>();
}

std::uint64_t time_at(const Json &object, const char *key) {
  const Json *found = find(object, key);
  if (found == nullptr) return 0;
  try {
    return parse_time(text_at(object, key));
  } catch (const std::runtime_error &error) {
    const std::string text = error.what();
    refuse(text.starts_with(key) ? text : fmt::format("{}: {}", key, text));
  }
}

std::uint32_t word_at(const Json &object, const char *key, const std::string &fallback,
                      std::initializer_list<std::pair<const char *, std::uint32_t>> words) {
  const std::string given = text_at(object, key, fallback);
  std::string all;
  for (const auto &[name, value] : words) {
    if (given == name) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  refuse(fmt::format("{}: must be one of {}", key, all));
}

void take_identity(const std::string &encoding, const std::string &value, ReadRequest &out) {
  if (encoding != "raw") {
    refuse("only raw values are taken; the hash of an id is another id");
  }
  if (value.empty()) refuse("has no value");
  if (data::trimmed(value) != value) refuse("begins or ends with a blank");
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; })) {
    refuse("holds a control character, which no file of ids can hold");
  }
  std::string_view id = value;
  std::string scratch;
  if (const char *fault = data::normal_id(id, false, scratch)) {
    refuse(data::in_quotes(value) + " " + fault);
  }
  out.identities.push_back(value);
}

// OpenDSR 1.0 has a list of {identity_type, identity_value, identity_format}, 2.0 a map from the
// type to {value, encoding}.
void read_identities(const Json &body, ReadRequest &out) {
  const Json *identities = find(body, "subject_identities");
  if (identities == nullptr || identities->empty()) refuse("subject_identities: missing");
  if (!identities->is_array() && !identities->is_object()) {
    refuse("subject_identities: must be a list or a map of identities");
  }
  const bool list = identities->is_array();
  for (const auto &[key, one] : identities->items()) {
    try {
      if (!one.is_object()) refuse("must be an object");
      if (list) {
        check_keys(one, {"identity_type", "identity_value", "identity_format"}, "an identity");
        text_at(one, "identity_type");
        take_identity(text_at(one, "identity_format", "raw"), text_at(one, "identity_value"), out);
      } else {
        check_keys(one, {"value", "encoding"}, "an identity");
        take_identity(text_at(one, "encoding", "raw"), text_at(one, "value"), out);
      }
    } catch (const std::runtime_error &error) {
      refuse(fmt::format("subject_identities: {}: {}", text::shown(key, 60), error.what()));
    }
  }
}

void read_extension(const Json &body, bool whole_person, ReadRequest &out) {
  static const Json nothing = Json::object();
  const Json *extensions = find(body, "extensions");
  if (extensions == nullptr) extensions = &nothing;
  if (!extensions->is_object()) refuse("extensions: must be an object");
  const Json *extension = find(*extensions, "recveil");
  if (extension == nullptr) extension = &nothing;
  if (!extension->is_object()) refuse("extensions.recveil: must be an object");
  try {
    check_keys(*extension, {"kind", "attributes", "label_policy", "policy", "due_time"},
               "extensions.recveil");
    out.given.kind = word_at(*extension, "kind", whole_person ? "erase" : "",
                             {{"erase", RECVEIL_FORGET_ERASE},
                              {"attribute", RECVEIL_FORGET_ATTRIBUTE},
                              {"rectify", RECVEIL_FORGET_RECTIFY},
                              {"object", RECVEIL_FORGET_OBJECT}});
    out.given.label_policy = word_at(*extension, "label_policy", "default",
                                     {{"default", 0},
                                      {"leace", RECVEIL_LABELS_LEACE},
                                      {"sealed", RECVEIL_LABELS_SEALED},
                                      {"host", RECVEIL_LABELS_HOST}});
    out.policy = text_at(*extension, "policy");
    out.given.due_at = time_at(*extension, "due_time");
    if (const Json *attributes = find(*extension, "attributes")) {
      if (!attributes->is_array()) refuse("attributes: must be a list of names");
      for (const Json &one : *attributes) {
        if (!one.is_string()) refuse("attributes: must be a list of names");
        out.attributes.push_back(one.get<std::string>());
        if (const std::size_t size = out.attributes.back().size();
            size == 0 || size > kLongestAttribute ||
            out.attributes.back().find('\0') != std::string::npos) {
          refuse("attributes: a name has 1 to 64 bytes");
        }
      }
    }
    const bool of_attributes =
        out.given.kind == RECVEIL_FORGET_ATTRIBUTE || out.given.kind == RECVEIL_FORGET_RECTIFY;
    if (of_attributes == out.attributes.empty()) {
      refuse(of_attributes ? "attributes: missing; this kind names at least one"
                           : "attributes: this kind is for the whole person");
    }
  } catch (const std::runtime_error &error) {
    refuse(std::string("extensions.recveil.") + error.what());
  }
}

ReadRequest read_request(const Json &body, std::uint64_t now) {
  if (!body.is_object()) refuse("must be a JSON object");
  check_keys(
      body,
      {"regulation", "subject_request_id", "subject_request_type", "submitted_time", "api_version",
       "status_callback_urls", "subject_identities", "extensions", "property_id", "controller_id"},
      "a request");
  const Json *callbacks = find(body, "status_callback_urls");
  if (callbacks != nullptr && !callbacks->empty()) {
    refuse("status_callback_urls: nothing is called back; ask with `recveil forget status`");
  }
  ReadRequest out;
  const std::string id = text_at(body, "subject_request_id");
  if (id.empty()) refuse("subject_request_id: missing");
  out.given.id = parse_uuid(id);
  const auto &bytes = out.given.id.bytes;
  if (std::all_of(std::begin(bytes), std::end(bytes), [](auto byte) { return byte == 0; })) {
    refuse("subject_request_id: is the UUID of nothing");
  }
  const std::string type = text_at(body, "subject_request_type", "erasure");
  if (type != "erasure" && type != "recveil") {
    refuse("subject_request_type: must be erasure, or recveil with extensions.recveil.kind");
  }
  out.given.regulation = word_at(body, "regulation", "none",
                                 {{"none", 0},
                                  {"gdpr", RECVEIL_REGULATION_GDPR},
                                  {"ccpa", RECVEIL_REGULATION_CCPA},
                                  {"other", RECVEIL_REGULATION_OTHER}});
  out.given.received_at = time_at(body, "submitted_time");
  if (out.given.received_at > now + kMostAhead) refuse("submitted_time: is in the future");
  read_extension(body, type == "erasure", out);
  if (out.given.due_at != 0 &&
      out.given.due_at < std::max(out.given.received_at, std::uint64_t{1})) {
    refuse("extensions.recveil.due_time: is before submitted_time");
  }
  out.given.source = RECVEIL_FORGET_FROM_BATCH;
  read_identities(body, out);
  return out;
}

// Other people's extensions are theirs.
bool may_repeat(const JsonPath &path) {
  const std::size_t request =
      !path.empty() &&
      std::all_of(path[0].begin(), path[0].end(), [](char c) { return c >= '0' && c <= '9'; });
  return path.size() > request + 1 && path[request] == "extensions" &&
         path[request + 1] != "recveil";
}

}  // namespace

std::uint64_t parse_time(std::string_view text) {
  const auto digits = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') {
        refuse("must be a time such as 2026-11-28T04:59:00Z");
      }
      value = 10 * value + (text[i] - '0');
    }
    return value;
  };
  const auto mark = [&](std::size_t at, std::string_view any) {
    if (at >= text.size() || any.find(text[at]) == std::string_view::npos) {
      refuse("must be a time such as 2026-11-28T04:59:00Z");
    }
  };
  const std::chrono::year_month_day date{std::chrono::year(digits(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(digits(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(digits(8, 2)))};
  mark(4, "-");
  mark(7, "-");
  mark(10, "Tt");
  const int hour = digits(11, 2), minute = digits(14, 2), second = digits(17, 2);
  mark(13, ":");
  mark(16, ":");
  if (!date.ok()) refuse("the calendar has no such day");
  if (hour > 23 || minute > 59 || second > 60) refuse("the day has no such time");
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    digits(++at, 1);
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  long offset = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const int hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
    mark(at + 3, ":");
    if (hours > 14 || minutes > 59) refuse("no time zone has such an offset");
    offset = (text[at] == '-' ? -1 : 1) * (3600L * hours + 60L * minutes);
    at += 6;
  } else if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    ++at;
  } else {
    refuse("must end in Z or an offset such as +02:00");
  }
  if (at != text.size()) refuse("has something after the time");
  const long days = std::chrono::sys_days(date).time_since_epoch().count();
  const long seconds = 86400L * days + 3600L * hour + 60L * minute + second - offset;
  if (seconds <= 0) refuse("is before 1970");
  return static_cast<std::uint64_t>(seconds);
}

ReadRequests read_requests(std::string_view text, const std::string &name, std::uint64_t now) {
  const Json body = text::parse_json(text, name, may_repeat);
  ReadRequests out;
  out.many = body.is_array();
  const std::size_t n = out.many ? body.size() : 1;
  if (n == 0) refuse(name + ": holds no request");
  for (std::size_t i = 0; i < n; ++i) {
    const Json &one = out.many ? body[i] : body;
    std::string id;
    if (one.is_object()) {
      const auto found = one.find("subject_request_id");
      if (found != one.end() && found->is_string()) id = found->get<std::string>();
    }
    const auto which = [&] {
      std::string text_of = out.many ? fmt::format("{}: request {}", name, i) : name + ": request";
      return id.empty() ? text_of : fmt::format("{} ({})", text_of, text::shown(id, 60));
    };
    try {
      out.requests.push_back(read_request(one, now));
    } catch (const std::runtime_error &error) {
      refuse(fmt::format("{}: {}", which(), error.what()));
    }
  }
  return out;
}

}  // namespace recveil::cli
