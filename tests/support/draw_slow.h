// The slow twin of defense/serve/draw.h, from its description alone: a whole Fisher-Yates shuffle,
// then the seen positions taken out, then the page cut out. ChaCha20 as RFC 8439, section 2.3, with
// the words of the original cipher: a 64-bit block counter and a 64-bit nonce.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace recveil::support {

using ChaChaBlock = std::array<std::uint32_t, 16>;

inline void quarter_round(ChaChaBlock &x, std::size_t a, std::size_t b, std::size_t c,
                          std::size_t d) {
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = std::rotl(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = std::rotl(x[b] ^ x[c], 7);
}

// Block number `counter` of the stream, as 16 little-endian words.
inline ChaChaBlock chacha20_block(const std::array<unsigned char, 32> &key, std::uint64_t nonce,
                                  std::uint64_t counter) {
  ChaChaBlock start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  std::memcpy(start.data() + 4, key.data(), 32);
  start[12] = static_cast<std::uint32_t>(counter);
  start[13] = static_cast<std::uint32_t>(counter >> 32);
  start[14] = static_cast<std::uint32_t>(nonce);
  start[15] = static_cast<std::uint32_t>(nonce >> 32);
  ChaChaBlock x = start;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(x, i, 4 + i, 8 + i, 12 + i);
    for (std::size_t i = 0; i < 4; ++i) {
      quarter_round(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
  }
  for (std::size_t i = 0; i < 16; ++i) x[i] += start[i];
  return x;
}

struct Shuffle {
  std::vector<std::uint32_t> order;
  std::size_t rejected = 0;  // words that were drawn again
};

// All n positions in the user's order.
inline Shuffle slow_shuffle(const std::array<unsigned char, 32> &key, std::uint64_t user,
                            std::size_t n) {
  Shuffle out;
  out.order.resize(n);
  std::iota(out.order.begin(), out.order.end(), 0u);
  std::uint64_t used = 0;
  ChaChaBlock block{};
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t range = n - i;
    for (;;) {
      if (used % 16 == 0) block = chacha20_block(key, user, used / 16);
      const std::uint64_t product = block[used++ % 16] * range;
      if (product % (std::uint64_t{1} << 32) >= (std::uint64_t{1} << 32) % range) {
        std::swap(out.order[i], out.order[i + product / (std::uint64_t{1} << 32)]);
        break;
      }
      ++out.rejected;
    }
  }
  return out;
}

// Places [offset, offset + k) of the list of at most `length` unseen positions of `order`.
inline std::vector<std::uint32_t> slow_page(const std::vector<std::uint32_t> &order,
                                            std::size_t length, std::span<const std::uint32_t> seen,
                                            std::size_t offset, std::size_t k) {
  const std::set<std::uint32_t> hidden(seen.begin(), seen.end());
  std::vector<std::uint32_t> list, page;
  for (const std::uint32_t position : order) {
    if (!hidden.contains(position)) list.push_back(position);
  }
  list.resize(std::min(list.size(), length));
  for (std::size_t place = offset; place < list.size() && page.size() < k; ++place) {
    page.push_back(list[place]);
  }
  return page;
}

}  // namespace recveil::support
