// The ids of requests, and bytes in hexadecimal digits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recveil/recveil.hpp"

namespace recveil::cli {

// "f81d4fae-7dec-11d0-a765-00a0c91e6bf6". Throws std::runtime_error.
recveil_forget_id parse_uuid(const std::string &text);
std::string format_uuid(const recveil_forget_id &id);
std::string hex(const std::uint8_t *bytes, std::size_t n);
std::vector<std::uint8_t> from_hex(const std::string &text, std::size_t n, const char *what);

}  // namespace recveil::cli
