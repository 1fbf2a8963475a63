#include "uuid.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace recveil::cli {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::vector<std::uint8_t> from_hex(const std::string &text, std::size_t n, const char *what) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) break;
    out.push_back(static_cast<std::uint8_t>(16 * high + low));
  }
  if (out.size() != n || text.size() != 2 * n) {
    throw std::runtime_error(fmt::format("{}: must be {} hexadecimal digits", what, 2 * n));
  }
  return out;
}

std::string hex(const std::uint8_t *bytes, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

recveil_forget_id parse_uuid(const std::string &text) {
  std::string digits;
  bool good = text.size() == 36;
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    good = dash == (text[i] == '-') && (dash || digit(text[i]) >= 0);
    if (!dash) digits += text[i];
  }
  if (!good) throw std::runtime_error("subject_request_id: is no UUID");
  recveil_forget_id id{};
  const auto bytes = from_hex(digits, 16, "subject_request_id");
  std::copy(bytes.begin(), bytes.end(), id.bytes);
  return id;
}

std::string format_uuid(const recveil_forget_id &id) {
  std::string out = hex(id.bytes, 16);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) out.insert(at, "-");
  return out;
}

}  // namespace recveil::cli
