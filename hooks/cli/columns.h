// Numbers and tables for a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recveil::cli {

// How many columns of a terminal a text in UTF-8 takes.
std::size_t terminal_width(std::string_view text);

// Rows of equal length, the first one a heading; the first column left, the others right.
std::string columns(const std::vector<std::vector<std::string>> &rows);

// ".998": three places, no leading zero, as the field writes rates.
std::string rate(double value);

// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);

}  // namespace recveil::cli
