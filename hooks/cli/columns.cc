#include "columns.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace recveil::cli {

std::size_t terminal_width(std::string_view text) {
  // Continuation bytes of UTF-8 take no column.
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string columns(const std::vector<std::vector<std::string>> &rows) {
  std::vector<std::size_t> widths;
  for (const auto &row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], terminal_width(row[c]));
  }
  std::string out;
  for (const auto &row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths[c] - terminal_width(row[c]), ' ');
      line += (c > 0 ? "  " : "") + (c == 0 ? row[c] + pad : pad + row[c]);
    }
    out += "  " + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string rate(double value) {
  if (std::isnan(value)) return "-";
  std::string text = fmt::format("{:.3f}", value);
  return text.front() == '0' ? text.substr(1) : text;
}

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace recveil::cli
