// The seal of stored bytes: a BLAKE2b-256 of all of them at their end. With a key it also refuses
// bytes that somebody without the key wrote; without one it only tells damage.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/keys.h"

namespace recveil {

using Digest = std::array<std::uint8_t, 32>;

// BLAKE2b-256, keyed if `key` is not null.
Digest digest_of(std::span<const std::uint8_t> bytes, const Key *key = nullptr) noexcept;

// The bytes and their seal.
std::vector<std::uint8_t> seal(std::vector<std::uint8_t> bytes, const Key *key = nullptr);

// What was sealed. Throws Error(fault) if the seal is not that of the bytes; `what` names them.
std::span<const std::uint8_t> unseal(std::span<const std::uint8_t> bytes, std::string_view what,
                                     const Key *key = nullptr, Status fault = Status::data);

}  // namespace recveil
