// IEEE 754's binary16, which neither the language nor every machine has.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace recveil::data {

// The number of these bits: exact.
inline float from_half(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = bits >> 10 & 31u, fraction = bits & 0x3FFu;
  if (exponent == 0) {  // zero, or a number without the leading one
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -value : value;
  }
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | fraction << 13);
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

// The nearest half, ties to even; infinity from 65520 on.
inline std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const float size = std::abs(value);
  if (!(size < 65520.0f))
    return static_cast<std::uint16_t>(sign | (size != size ? 0x7E00u : 0x7C00u));
  if (size < 0x1p-14f) {  // in steps of 2^-24; the default rounding is to even
    return static_cast<std::uint16_t>(sign |
                                      static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24f)));
  }
  // Rounded by adding half a step, less one where the last bit kept is 0; a carry moves the
  // exponent.
  const std::uint32_t rest = bits & 0x7FFFFFFFu, even = rest >> 13 & 1u;
  const std::uint32_t rounded = (rest + 0xFFFu + even) >> 13;
  return static_cast<std::uint16_t>(sign | (rounded - (112u << 10)));
}

}  // namespace recveil::data
