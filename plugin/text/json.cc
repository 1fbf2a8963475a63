#include "text/json.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "text/utf8.h"

namespace recveil::text {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestKey = 60;  // that an error shows
constexpr std::size_t kLongestPath = 4;  // likewise, in keys
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const std::string &what) {
  throw Error(Status::argument, what);
}

[[noreturn]] void fail_at(std::string_view text, std::size_t at, const std::string &name,
                          const std::string &what) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t end = before.rfind('\n');
  const std::size_t start = end == before.npos ? 0 : end + 1;
  fail(name + ":" + std::to_string(line) + ": " + what + " (byte " +
       std::to_string(at - start + 1) + " of the line)");
}

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

void check_utf8(std::string_view text, const std::string &name) {
  const std::size_t at = first_not_utf8(text);
  if (at == text.npos) return;
  const std::string key = key_before(text, at);
  fail_at(text, at, name,
          (key.empty() ? "" : shown(key, kLongestKey) + ": ") + "is not UTF-8; convert it");
}

// Follows the parser: where it is, and which keys each open object has had. It stops the parser
// before a deep tree is made: the parser does not recurse, but what it makes does when it is copied
// or written.
class Watcher {
 public:
  Watcher(const std::string &name, bool (*allowed)(const JsonPath &))
      : name_(name), allowed_(allowed) {}

  void operator()(Json::parse_event_t event, const Json &parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        if (path_.size() >= kMaxJsonDepth) {
          fail(name_ + ": " + prefix() + "nested too deeply, more than " +
               std::to_string(kMaxJsonDepth) + " lists and objects in one another");
        }
        path_.emplace_back(event == Json::parse_event_t::array_start ? "0" : "");
        keys_.emplace_back();
        places_.push_back(0);
        break;
      case Json::parse_event_t::key: {
        const auto key = parsed.get<std::string>();
        path_.back().clear();
        if (!keys_.back().insert(key).second && !may_repeat()) {
          fail(name_ + ": " + prefix() + shown(key, kLongestKey) + ": is given twice");
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
  }

 private:
  // After a value of a list: its next place.
  void next() {
    if (path_.empty() || !keys_.back().empty()) return;
    path_.back() = std::to_string(++places_.back());
  }
  bool may_repeat() const {
    return allowed_ != nullptr && allowed_(JsonPath(path_.begin(), path_.end() - 1));
  }
  // A key may hold anything: it is shown as one line of text.
  std::string prefix() const {
    std::string out;
    for (std::size_t i = 0; i < std::min(path_.size(), kLongestPath); ++i) {
      if (!path_[i].empty()) out += shown(path_[i], kLongestKey) + ": ";
    }
    return out;
  }

  const std::string &name_;
  bool (*allowed_)(const JsonPath &);
  JsonPath path_;
  std::vector<std::set<std::string>> keys_;  // of each open object
  std::vector<std::size_t> places_;          // in each open list
};

}  // namespace

Json parse_json(std::string_view text, const std::string &name,
                bool (*may_repeat)(const JsonPath &)) {
  // What JSON begins with is ASCII, so a NUL is half of a character.
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
      text.substr(0, 2).find('\0') != text.npos) {
    fail(name + ": is UTF-16; save it as UTF-8");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  check_utf8(text, name);
  Watcher watcher(name, may_repeat);
  const Json::parser_callback_t callback = [&](int, Json::parse_event_t event, Json &parsed) {
    watcher(event, parsed);
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), callback);
  } catch (const Json::parse_error &error) {
    const std::size_t at = error.byte == 0 ? 0 : std::min(error.byte - 1, text.size());
    fail_at(text, at, name, at >= text.size() ? "is not JSON: it ends too early" : "is not JSON");
  } catch (const Json::exception &) {
    fail(name + ": has a number that is too large");
  }
}

}  // namespace recveil::text
