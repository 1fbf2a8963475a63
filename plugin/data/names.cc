#include "data/names.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/error.h"
#include "data/fields.h"

namespace recveil::data {
namespace {

using Words = std::array<std::string_view, 8>;

struct Field {
  std::string_view name;
  Words words;  // in lower case, letters and digits alone
};

constexpr std::array<Field, 7> kFields{{
    {"user", {"user", "users", "userid", "uid", "useridx", "userindex"}},
    {"item", {"item", "items", "itemid", "iid", "itemidx", "itemindex"}},
    {"rating", {"rating", "ratings"}},
    {"time", {"time", "timestamp"}},
    {"rank", {"rank", "position"}},
    {"member", {"member"}},
    {"injected", {"injected"}},
}};

// More words that stand above columns and are nobody's id.
constexpr std::array<std::string_view, 40> kOthers{"username",   "account",
                                                   "accountid",  "customer",
                                                   "customerid", "memberid",
                                                   "visitorid",  "personid",
                                                   "reviewerid", "sessionid",
                                                   "clientid",   "movie",
                                                   "movieid",    "product",
                                                   "productid",  "asin",
                                                   "artist",     "artistid",
                                                   "trackid",    "songid",
                                                   "bookid",     "isbn",
                                                   "videoid",    "venueid",
                                                   "businessid", "score",
                                                   "stars",      "weight",
                                                   "playcount",  "count",
                                                   "date",       "datetime",
                                                   "unixtime",   "unixreviewtime",
                                                   "timestamps", "createdat",
                                                   "gender",     "sex",
                                                   "age",        "id"};

// Lower case, letters and digits alone: "User ID" and "user_id" are userid.
std::string folded(std::string_view name) {
  std::string out;
  for (char c : without_type(name)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out.push_back(c);
  }
  return out;
}

bool is_known(std::string_view name) {
  const std::string word = folded(name);
  if (word.empty()) return false;
  for (const Field &field : kFields) {
    if (std::find(field.words.begin(), field.words.end(), word) != field.words.end()) return true;
  }
  return std::find(kOthers.begin(), kOthers.end(), word) != kOthers.end();
}

}  // namespace

std::string_view without_type(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kTypes{":token", ":float", ":token_seq",
                                                          ":float_seq"};
  for (const std::string_view type : kTypes) {
    if (name.ends_with(type)) return name.substr(0, name.size() - type.size());
  }
  return name;
}

bool names_field(std::string_view name, std::string_view field) {
  const auto found = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const Field &one) { return one.name == field; });
  if (found == kFields.end()) return without_type(name) == field;
  const std::string word = folded(name);
  return !word.empty() &&
         std::find(found->words.begin(), found->words.end(), word) != found->words.end();
}

std::optional<std::size_t> column_called(std::span<const std::string> names, std::string_view field,
                                         const std::string &where) {
  std::optional<std::size_t> out;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (!names_field(names[c], field)) continue;
    if (out) {
      throw Error(Status::data, where + ": field " + std::string(field) + ": columns " +
                                    in_quotes(names[*out]) + " and " + in_quotes(names[c]) +
                                    " are both called so; name one with " + std::string(field) +
                                    "=");
    }
    out = c;
  }
  return out;
}

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error != std::errc::invalid_argument && end == text.data() + text.size();
}

NamesCheck::NamesCheck(std::span<const std::string_view> first) : numbers_(first.size(), 1) {
  suspect_ = std::all_of(first.begin(), first.end(), [](std::string_view field) {
    return !trimmed(field).empty() && !is_number(trimmed(field));
  });
  if (!suspect_) return;
  // In a file of one column any word may be an id: only its own name is none.
  known_ = first.size() == 1 ? names_field(first[0], "user") || names_field(first[0], "item")
                             : std::any_of(first.begin(), first.end(), is_known);
  known_ = known_ || std::any_of(first.begin(), first.end(), [](std::string_view field) {
             return without_type(field) != field;
           });
  constexpr std::size_t kShown = 4;
  for (std::size_t c = 0; c < std::min(first.size(), kShown); ++c) {
    words_ += (c > 0 ? ", " : "") + in_quotes(trimmed(first[c]));
  }
}

void NamesCheck::add(std::span<const std::string_view> row) {
  ++rows_;
  for (std::size_t c = 0; c < std::min(row.size(), numbers_.size()); ++c) {
    if (numbers_[c] != 0 && !is_number(trimmed(row[c]))) numbers_[c] = 0;
  }
}

bool NamesCheck::names() const {
  if (!suspect_) return false;
  const bool over_numbers =
      rows_ >= kFewRows && std::find(numbers_.begin(), numbers_.end(), 1) != numbers_.end();
  return known_ || over_numbers;
}

}  // namespace recveil::data
