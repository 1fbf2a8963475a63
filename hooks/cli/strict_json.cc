#include "strict_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "data/spec.h"
#include "text/json.h"
#include "text/utf8.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestKey = 60;  // that an error shows
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The last key before `end`: what a bad byte there is most likely part of the value of.
std::string key_before(std::string_view text, std::size_t end) {
  std::string key, last;
  for (std::size_t i = 0; i < end; ++i) {
    if (text[i] == ':') key = last;
    if (text[i] != '"') continue;
    last.clear();
    for (++i; i < end && text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
      if (i < end) last += text[i];
    }
    if (i >= end) break;  // the bad byte is in this text
  }
  return key;
}

[[noreturn]] void fail_at(std::string_view text, std::size_t at, const std::string &name,
                          const std::string &what) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  throw std::runtime_error(
      fmt::format("{}:{}: {} (byte {} of the line)", name, line, what, at - start + 1));
}

void check_utf8(std::string_view text, const std::string &name) {
  const std::size_t at = text::first_not_utf8(text);
  if (at == text.npos) return;
  const std::string key = key_before(text, at);
  fail_at(
      text, at, name,
      (key.empty() ? "" : text::shown(key, kLongestKey) + ": ") + "is not UTF-8; convert the file");
}

// Follows the parser: where it is, and which keys each open object has had.
class Watcher {
 public:
  Watcher(const std::string &name, bool (*may_repeat)(const JsonPath &))
      : name_(name), may_repeat_(may_repeat) {}

  bool operator()(int depth, Json::parse_event_t event, Json &parsed) {
    if (depth >= static_cast<int>(text::kMaxJsonDepth)) {
      throw std::runtime_error(
          fmt::format("{}: {}nested more than {} deep", name_, prefix(), text::kMaxJsonDepth));
    }
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        path_.emplace_back();
        keys_.emplace_back();
        places_.push_back(0);
        if (event == Json::parse_event_t::array_start) path_.back() = "0";
        break;
      case Json::parse_event_t::key: {
        const auto key = parsed.get<std::string>();
        path_.back().clear();
        const bool fresh = keys_.back().insert(key).second;
        if (!fresh && !allowed()) {
          throw std::runtime_error(fmt::format("{}: {}{}: is given twice", name_, prefix(),
                                               text::shown(key, kLongestKey)));
        }
        path_.back() = key;
        break;
      }
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        path_.pop_back();
        keys_.pop_back();
        places_.pop_back();
        next();
        break;
      case Json::parse_event_t::value:
        next();
        break;
    }
    return true;
  }

 private:
  // After a value of an array: its next place.
  void next() {
    if (path_.empty() || !keys_.back().empty()) return;
    path_.back() = std::to_string(++places_.back());
  }
  bool allowed() const {
    return may_repeat_ != nullptr && may_repeat_(JsonPath(path_.begin(), path_.end() - 1));
  }
  // A key may hold anything: it is shown as one line of text.
  std::string prefix() const {
    std::string out;
    for (std::size_t i = 0; i < std::min(path_.size(), std::size_t{4}); ++i) {
      if (!path_[i].empty()) out += text::shown(path_[i], kLongestKey) + ": ";
    }
    return out;
  }

  const std::string &name_;
  bool (*may_repeat_)(const JsonPath &);
  JsonPath path_;
  std::vector<std::set<std::string>> keys_;  // of each open object
  std::vector<std::size_t> places_;          // in each open array
};

}  // namespace

Json read_json(std::string_view text, const std::string &name,
               bool (*may_repeat)(const JsonPath &)) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw std::runtime_error(name + ": is UTF-16; save it as UTF-8");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  check_utf8(text, name);
  Watcher watcher(name, may_repeat);
  const Json::parser_callback_t callback = [&](int depth, Json::parse_event_t event, Json &parsed) {
    return watcher(depth, event, parsed);
  };
  try {
    return Json::parse(text.begin(), text.end(), callback);
  } catch (const Json::parse_error &error) {
    const std::size_t at = error.byte == 0 ? 0 : std::min(error.byte - 1, text.size());
    fail_at(text, at, name, at >= text.size() ? "is not JSON: it ends too early" : "is not JSON");
  } catch (const Json::exception &) {  // a number that no double holds
    throw std::runtime_error(name + ": has a number that is too large");
  }
}

void check_keys(const Json &object, const std::vector<std::string_view> &known,
                const std::string &what) {
  for (const auto &[key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    throw std::runtime_error(fmt::format("{}: is not a key of {}; did you mean {}?",
                                         text::shown(key, kLongestKey), what,
                                         data::nearest(key, known)));
  }
}

}  // namespace recveil::cli
