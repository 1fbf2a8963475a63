#include "text/json.h"

#include <algorithm>
#include <set>
#include <vector>

#include "core/error.h"
#include "text/utf8.h"

namespace recveil::text {
namespace {

using Json = nlohmann::json;

std::string place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(lines + 1) + ", column " +
         std::to_string(before.size() - start + 1);
}

// Looks at the text before a tree is made of it: the library's own parser does not recurse, but
// what it makes does when it is copied or written.
class Look : public nlohmann::json_sax<Json> {
 public:
  Look(std::string_view text, const std::string &what) : text_(text), what_(what) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string &) override { return true; }
  bool string(std::string &) override { return true; }
  bool binary(Json::binary_t &) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string &name) override {
    if (keys_.back().insert(name).second) return true;
    fail(shown(name, 60) + ": given twice");
  }
  bool parse_error(std::size_t at, const std::string &, const Json::exception &) override {
    fail("not JSON: " + place_of(text_, at == 0 ? 0 : at - 1));
  }

 private:
  [[noreturn]] void fail(const std::string &why) const {
    throw Error(Status::argument, what_ + ": " + why);
  }
  bool open() {
    if (keys_.size() >= kMaxJsonDepth) fail("nested too deeply");
    keys_.emplace_back();
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string &what_;
  std::vector<std::set<std::string>> keys_;  // of each object that is open; of a list none
};

}  // namespace

Json parse_json(std::string_view text, const std::string &what) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const std::size_t at = first_not_utf8(text); at != text.npos) {
    throw Error(Status::argument, what + ": " + place_of(text, at) + ": is not UTF-8");
  }
  Look look(text, what);
  Json::sax_parse(text.begin(), text.end(), &look);
  return Json::parse(text.begin(), text.end());
}

}  // namespace recveil::text
