// The keyed draw of popularity randomization: which positions of the pool a user is shown.
//
// A partial Fisher-Yates shuffle of the positions 0..pool-1, driven by the ChaCha20 stream with
// key = serve_key(epoch) and nonce = user (8 bytes, little-endian); step i takes 32-bit words of
// the stream until one maps to [0, pool - i) without bias (Lemire, ACM TOMACS 29(1), 2019).
// Positions the user has seen are skipped; what is left, in order, is the user's list. So the draw
// is a function of (key, epoch, user, pool size): asking again gives the same list, page 2
// continues page 1, replicas agree, averaging learns nothing. Ours; the paper draws afresh at each
// request. tests/support/draw_reference.py is the slow twin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/keys.h"

namespace recveil::defense {

// Writes places [offset, offset + out.size()) of the user's list of at most `length` places, and
// returns how many there were. seen: positions < pool, any order, repeats allowed.
// REQUIRES: pool <= kMaxPool; every seen position < pool.
// Cost: O(pool / 32 + offset + out.size() + seen.size()); no allocation, 40 KiB of stack at most.
std::size_t draw_slate(const Key &serve_key, std::uint64_t user, std::size_t pool,
                       std::size_t length, std::span<const std::uint32_t> seen, std::size_t offset,
                       std::span<std::uint32_t> out) noexcept;

// The same for a list in its own order: the host's ranked list, or the pool undefended, most
// popular first. n may be any length. Cost: O(offset + out.size() + seen.size() * (1 + n /
// kMaxPool)).
std::size_t ordered_slate(std::size_t n, std::size_t length, std::span<const std::uint32_t> seen,
                          std::size_t offset, std::span<std::uint32_t> out) noexcept;

}  // namespace recveil::defense
