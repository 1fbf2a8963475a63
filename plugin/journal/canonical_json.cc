#include "journal/canonical_json.h"

#include <charconv>
#include <cmath>

#include "core/error.h"

namespace recveil::journal {
namespace {

[[noreturn]] void refuse(const char *what) {
  throw Error(Status::argument, std::string("canonical JSON: ") + what);
}

// Number::toString of ECMA-262, from the shortest digits that read back as the same number.
void write_real(std::string &out, double real) {
  if (!std::isfinite(real)) refuse("a number is not finite");
  if (real == 0) {
    out += '0';
    return;
  }
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, real, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const std::size_t mark = text.find('e');
  std::string digits;
  for (const char c : text.substr(0, mark)) {
    if (c == '-') out += '-';
    if (c >= '0' && c <= '9') digits += c;
  }
  int exponent = 0;
  const std::string_view tail = text.substr(mark + (text[mark + 1] == '+' ? 2 : 1));
  std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;  // the point comes after n digits
  if (k <= n && n <= 21) {
    out += digits + std::string(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(n)) + '.' +
           digits.substr(static_cast<std::size_t>(n));
  } else if (-6 < n && n <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  } else {
    out += digits[0];
    if (k > 1) out += '.' + digits.substr(1);
    out += n > 0 ? "e+" : "e-";
    out += std::to_string(std::abs(n - 1));
  }
}

void write_text(std::string &out, std::string_view text) {
  if (!is_utf8(text)) refuse("a text is not UTF-8");
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += digits[c >> 4];
          out += digits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

struct Writer {
  std::string &out;

  void operator()(std::nullptr_t) { out += "null"; }
  void operator()(bool flag) { out += flag ? "true" : "false"; }
  void operator()(std::int64_t integer) {
    if (integer > 1LL << 53 || integer < -(1LL << 53)) refuse("an integer is beyond 2^53");
    out += std::to_string(integer);
  }
  void operator()(double real) { write_real(out, real); }
  void operator()(const std::string &text) { write_text(out, text); }
  void operator()(const Json::Canonical &canonical) { out += canonical.text; }
  void operator()(const Json::Array &array) {
    out += '[';
    for (const char *comma = ""; const Json &item : array) {
      out += comma;
      std::visit(*this, item.value);
      comma = ",";
    }
    out += ']';
  }
  void operator()(const Json::Object &object) {
    out += '{';
    for (const char *comma = ""; const auto &[key, item] : object) {
      // RFC 8785 sorts by UTF-16 units, which for ASCII is the order of the map.
      for (const char c : key) {
        if (static_cast<unsigned char>(c) >= 0x80) refuse("a key is not ASCII");
      }
      out += comma;
      write_text(out, key);
      out += ':';
      std::visit(*this, item.value);
      comma = ",";
    }
    out += '}';
  }
};

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    const std::size_t more = first < 0x80   ? 0
                             : first < 0xc2 ? 4
                             : first < 0xe0 ? 1
                             : first < 0xf0 ? 2
                             : first < 0xf5 ? 3
                                            : 4;
    if (more == 4 || i + more >= text.size()) return false;
    std::uint32_t point = more == 0 ? first : first & (0x3fU >> more);
    for (std::size_t j = 1; j <= more; ++j) {
      if ((byte(i + j) & 0xc0) != 0x80) return false;
      point = point << 6 | (byte(i + j) & 0x3fU);
    }
    if (more == 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) return false;
    if (more == 3 && (point < 0x10000 || point > 0x10ffff)) return false;
    i += more + 1;
  }
  return true;
}

std::string canonical_json(const Json &json) {
  std::string out;
  std::visit(Writer{out}, json.value);
  return out;
}

}  // namespace recveil::journal
