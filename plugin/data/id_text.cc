#include "data/id_text.h"

#include <algorithm>

#include "text/utf8.h"

namespace recveil::data {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// 1.0, but not 01.0 or 1.00: those are codes.
bool is_whole_float(std::string_view id) {
  if (!id.ends_with(".0")) return false;
  const std::string_view whole = id.substr(0, id.size() - 2);
  return all_digits(whole) && (whole.size() == 1 || whole.front() != '0');
}

// 1.23E+12 or 1e+05.
bool has_exponent(std::string_view id) {
  const std::size_t plus = id.rfind('+');
  if (plus == id.npos || plus < 2 || id.size() - plus > 4) return false;
  if (id[plus - 1] != 'e' && id[plus - 1] != 'E') return false;
  const std::string_view front = id.substr(0, plus - 1);
  const std::size_t point = std::min(front.find('.'), front.size());
  return all_digits(id.substr(plus + 1)) && point == 1 && is_digit(front[0]) &&
         (point == front.size() || all_digits(front.substr(point + 1)));
}

// What programs write where there is no id: databases, Python, pandas, R and JSON.
bool is_missing(std::string_view id) {
  switch (id.front()) {
    case '\\':
      return id == "\\N";
    case '<':
      return id == "<NA>";
    case 'N':
      return id == "NULL" || id == "NaN" || id == "None" || id == "NaT";
    case 'n':
      return id == "null" || id == "nan";
    default:
      return false;
  }
}

}  // namespace

const char *normal_id(std::string_view &id, bool ascii, std::string &scratch) {
  if (id.empty()) return "is empty";
  const char last = id.back();
  if (is_digit(last)) {  // the two that follow end in a digit
    if (id.size() > 2 && id[id.size() - 2] == '.' && is_whole_float(id)) id.remove_suffix(2);
    if (id.size() > 3 && (id[1] == '.' || id[1] == 'e' || id[1] == 'E') && has_exponent(id)) {
      return "is a number written with an exponent, which has lost digits; save ids as text";
    }
  }
  if (id.size() <= 4 && is_missing(id)) {
    return "is what programs write where there is no id; take the row out";
  }
  if (ascii || text::is_ascii(id)) return nullptr;
  if (text::first_not_utf8(id) != id.npos) return "is not UTF-8";
  for (const std::string_view end : {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\x85"}) {
    if (id.find(end) != id.npos) return "holds a line end of Unicode; end lines in a line feed";
  }
  scratch = text::composed(id);
  id = scratch;
  return nullptr;
}

}  // namespace recveil::data
