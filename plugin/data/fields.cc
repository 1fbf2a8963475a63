#include "data/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace recveil::data {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Ids written with leading zeros belong in id columns; as a number they mean a column mix-up.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

template <class T>
const char *parse(std::string_view text, T &value, const char *kind) {
  if (has_leading_zero(text)) return "has a leading zero";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return "is out of range";
  if (error != std::errc() || end != text.data() + text.size()) return kind;
  return nullptr;
}

}  // namespace

void split(std::string_view line, std::string_view separator,
           std::vector<std::string_view> &fields) {
  fields.clear();
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = line.find(separator, begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == line.npos) return;
    begin = end + separator.size();
  }
}

const char *split_quoted(std::string_view line, std::string_view separator,
                         std::vector<std::string_view> &fields, std::string &scratch) {
  if (line.find('"') == line.npos) {
    split(line, separator, fields);
    return nullptr;
  }
  fields.clear();
  scratch.clear();
  scratch.reserve(line.size());  // never reallocated below: the views into it stay good
  std::size_t at = 0;
  while (true) {
    if (at < line.size() && line[at] == '"') {
      const std::size_t begin = scratch.size();
      for (++at;; ++at) {
        if (at == line.size()) return "a quote is not closed on its line";
        if (line[at] == '"') {
          if (line.substr(at + 1, 1) != "\"") break;
          ++at;
        }
        scratch.push_back(line[at]);
      }
      ++at;
      fields.push_back(std::string_view(scratch).substr(begin));
    } else {
      const std::size_t end = std::min(line.find(separator, at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end;
    }
    if (at == line.size()) return nullptr;
    if (!line.substr(at).starts_with(separator)) return "text follows a closing quote";
    at += separator.size();
  }
}

const char *parse_rating(std::string_view text, float &value) {
  if (const char *fault = parse(text, value, "is not a number")) return fault;
  return std::isfinite(value) ? nullptr : "is not finite";
}

const char *parse_time(std::string_view text, std::int64_t &value) {
  if (const char *fault = parse(text, value, "is not a whole number")) return fault;
  return value >= 0 ? nullptr : "is negative";
}

const char *parse_count(std::string_view text, std::uint64_t &value) {
  return parse(text, value, "is not a whole number");
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  if (text.size() > kLongest) out += "...";
  return out + "\"";
}

}  // namespace recveil::data
