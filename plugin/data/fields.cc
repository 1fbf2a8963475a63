#include "data/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "text/utf8.h"

namespace recveil::data {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Ids written with leading zeros belong in id columns; as a number they mean a column mix-up. No id
// has decimals, so 04.50 is a number that was padded.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]) &&
         text.find_first_of(".eE") == text.npos;
}

// How many bytes the blank at the front of `text` has; 0: there is none. In UTF-8: no-break space,
// byte order mark, zero-width space, word joiner, and marks that turn the direction of writing.
std::size_t blank_at_front(std::string_view text) {
  if (text.starts_with(' ') || text.starts_with('\t')) return 1;
  if (text.starts_with("\xC2\xA0")) return 2;
  if (text.starts_with("\xEF\xBB\xBF") || text.starts_with("\xE2\x81\xA0")) return 3;
  if (text.size() < 3 || !text.starts_with("\xE2\x80")) return 0;
  const auto last = static_cast<unsigned char>(text[2]);
  return last == 0x8B || last == 0x8E || last == 0x8F || (last >= 0xAA && last <= 0xAE) ? 3 : 0;
}

std::size_t blank_at_end(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(3, text.size()); ++size) {
    if (blank_at_front(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

// Not inline: few fields have blanks, and trimmed() is asked about every one.
[[gnu::noinline]] std::string_view without_blanks(std::string_view text) {
  while (const std::size_t size = blank_at_front(text)) text.remove_prefix(size);
  while (const std::size_t size = blank_at_end(text)) text.remove_suffix(size);
  return text;
}

constexpr const char *kOutOfRange = "is out of range";

// Whether the number `text`, which is out of a type's range, is below 1 and not above it. Not by a
// wider type: from_chars of long double reads past its text in libstdc++ 12.
bool is_tiny(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, mark);
  long exponent = 0;
  if (mark < text.size()) {
    std::string_view tail = text.substr(mark + 1);
    if (tail.starts_with('+')) tail.remove_prefix(1);
    const auto read = std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
    if (read.ec == std::errc::result_out_of_range) return tail.starts_with('-');
  }
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  if (first == digits.npos) return true;  // zero
  const long ahead = static_cast<long>(point) - static_cast<long>(first);
  return exponent + ahead <= 0;  // the first digit is so many places before the point
}

// 1,5 or 1,500.
bool has_comma_of_number(std::string_view text) {
  const std::size_t comma = text.find(',');
  return comma != text.npos && comma > 0 && text.find_first_not_of("0123456789,.-") == text.npos;
}

template <class T>
const char *parse(std::string_view text, T &value, const char *kind) {
  if (has_leading_zero(text)) return "has a leading zero";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return kOutOfRange;
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

Quotes split_quoted(std::string_view line, std::string_view separator, bool backslash,
                    std::vector<std::string_view> &fields, std::string &scratch,
                    std::vector<std::size_t> *ends) {
  fields.clear();
  if (ends != nullptr) ends->clear();
  scratch.clear();
  scratch.reserve(line.size());  // never reallocated below: the views into it stay good
  const auto skip_blanks = [&](std::size_t at) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t') &&
           !line.substr(at).starts_with(separator)) {
      ++at;
    }
    return at;
  };
  std::size_t at = 0;
  while (true) {
    if (const std::size_t start = skip_blanks(at); start < line.size() && line[start] == '"') {
      const std::size_t begin = scratch.size();
      for (at = start + 1;; ++at) {
        if (at == line.size()) return Quotes::open;
        const bool more = at + 1 < line.size();
        if (backslash && line[at] == '\\' && more &&
            (line[at + 1] == '"' || line[at + 1] == '\\')) {
          ++at;
        } else if (line[at] == '"') {
          if (!more || line[at + 1] != '"') break;
          ++at;
        }
        scratch.push_back(line[at]);
      }
      at = skip_blanks(at + 1);
      fields.push_back(std::string_view(scratch).substr(begin));
    } else {
      const std::size_t end = std::min(line.find(separator, at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end;
    }
    if (ends != nullptr) ends->push_back(at);
    if (at == line.size()) return Quotes::closed;
    if (!line.substr(at).starts_with(separator)) return Quotes::broken;
    at += separator.size();
  }
}

std::string_view trimmed(std::string_view text) {
  // No blank, and no byte of a longer character that is one (those are negative).
  if (text.empty() || (text.front() > ' ' && text.back() > ' ')) return text;
  return without_blanks(text);
}

const char *parse_rating(std::string_view text, float &value) {
  if (text.empty()) return "is empty";
  if (text.front() == '+') {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) return "is not a number";
  }
  const char *fault = parse(text, value, "is not a number");
  if (fault == nullptr) return std::isfinite(value) ? nullptr : "is not finite";
  if (has_comma_of_number(text)) {
    return "is not a number: decimals take a point, thousands nothing";
  }
  if (fault != kOutOfRange || !is_tiny(text)) return fault;
  value = 0;
  return nullptr;
}

const char *parse_count(std::string_view text, std::uint64_t &value) {
  if (text.empty()) return "is empty";
  return parse(text, value, "is not a whole number");
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return "\"" + text::shown(text, kLongest) + "\"";
}

}  // namespace recveil::data
