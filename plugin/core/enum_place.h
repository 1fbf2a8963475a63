// Enums that carry the numbers of the ABI start at 1.
#pragma once

#include <cstddef>

namespace recveil {

// The place of a value in an array of one element per value.
template <class Enum>
constexpr std::size_t place_of(Enum value) noexcept {
  return static_cast<std::size_t>(value) - 1;
}

}  // namespace recveil
