#include "defense/serve/draw.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/serving.h"

namespace recveil::defense {
namespace {

// 0, 1, 2, ...: copied to start a shuffle, faster than counting.
constexpr auto kPositions = [] {
  std::array<std::uint16_t, kMaxPool> positions{};
  for (std::size_t i = 0; i < kMaxPool; ++i) positions[i] = static_cast<std::uint16_t>(i);
  return positions;
}();

// Which of the positions [start, start + kWindow) a user has seen.
class SeenWindow {
 public:
  static constexpr std::size_t kWindow = kMaxPool;

  explicit SeenWindow(std::span<const std::uint32_t> seen) noexcept : seen_(seen) {
    if (!seen_.empty()) move_to(0);
  }
  void move_to(std::size_t start) noexcept {
    start_ = start;
    std::memset(bits_, 0, sizeof(bits_));
    for (const std::uint32_t position : seen_) {
      const std::size_t i = position - start;  // wraps to a large number below start
      if (i < kWindow) bits_[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
  bool holds(std::size_t position) const noexcept {
    const std::size_t i = position - start_;
    return !seen_.empty() && (bits_[i / 64] >> (i % 64) & 1) != 0;
  }

 private:
  std::span<const std::uint32_t> seen_;
  std::size_t start_ = 0;
  std::uint64_t bits_[kWindow / 64];
};

// The first `steps` steps of a Fisher-Yates shuffle of n positions. The stream comes 512 bytes at a
// time: eight blocks are what libsodium's AVX2 code makes in one go (220 ns here; 400 bytes take
// 460).
void partial_shuffle(const Key &key, std::uint64_t user, std::size_t n, std::size_t steps,
                     std::uint16_t *positions) noexcept {
  constexpr std::size_t kWords = 128;
  std::uint32_t words[kWords] = {};
  unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
  std::memcpy(nonce, &user, sizeof(nonce));
  std::uint64_t block = 0;
  const auto refill = [&] {
    auto *bytes = reinterpret_cast<unsigned char *>(words);
    if (block > 0) std::memset(words, 0, sizeof(words));
    crypto_stream_chacha20_xor_ic(bytes, bytes, sizeof(words), nonce, block, key.bytes.data());
    block += sizeof(words) / 64;
  };
  refill();
  std::memcpy(positions, kPositions.data(), n * sizeof(positions[0]));
  std::size_t used = 0;
  const auto word = [&] {
    if (used == kWords) {
      refill();
      used = 0;
    }
    return std::uint64_t{words[used++]};
  };
  for (std::size_t i = 0; i < steps; ++i) {
    const auto range = static_cast<std::uint32_t>(n - i);
    std::uint64_t product = word() * range;
    if (static_cast<std::uint32_t>(product) < range) [[unlikely]] {
      const std::uint32_t rejected = (0 - range) % range;
      while (static_cast<std::uint32_t>(product) < rejected) product = word() * range;
    }
    std::swap(positions[i], positions[i + (product >> 32)]);
  }
}

// A page of the unseen ones of the n positions at(0), at(1), ...
template <class At>
std::size_t take_page(std::size_t n, std::size_t end, SeenWindow &seen, std::size_t offset,
                      std::span<std::uint32_t> out, At at) noexcept {
  std::size_t place = 0;
  for (std::size_t i = 0; i < n && place < end; ++i) {
    const std::uint32_t position = at(i);
    if (seen.holds(position)) continue;
    if (place >= offset) out[place - offset] = position;
    ++place;
  }
  return place > offset ? place - offset : 0;
}

// One past the last place of a page of a list of `length` places.
std::size_t page_end(std::size_t length, std::size_t offset, std::size_t k) noexcept {
  return offset < length ? offset + std::min(k, length - offset) : 0;
}

}  // namespace

std::size_t draw_slate(const Key &serve_key, std::uint64_t user, std::size_t pool,
                       std::size_t length, std::span<const std::uint32_t> seen, std::size_t offset,
                       std::span<std::uint32_t> out) noexcept {
  const std::size_t end = page_end(length, offset, out.size());
  if (end == 0) return 0;
  // However many of the seen positions come up, this many steps are enough.
  const std::size_t steps = std::min(pool, end + seen.size());
  std::uint16_t positions[kMaxPool];
  partial_shuffle(serve_key, user, pool, steps, positions);
  if (seen.empty()) {
    if (offset >= steps) return 0;
    std::copy(positions + offset, positions + steps, out.begin());
    return steps - offset;
  }
  SeenWindow window(seen);
  return take_page(steps, end, window, offset, out,
                   [&](std::size_t i) { return std::uint32_t{positions[i]}; });
}

std::size_t ordered_slate(std::size_t n, std::size_t length, std::span<const std::uint32_t> seen,
                          std::size_t offset, std::span<std::uint32_t> out) noexcept {
  SeenWindow window(seen);
  return take_page(n, page_end(length, offset, out.size()), window, offset, out,
                   [&](std::size_t i) {
                     if (!seen.empty() && i > 0 && i % SeenWindow::kWindow == 0) window.move_to(i);
                     return static_cast<std::uint32_t>(i);
                   });
}

}  // namespace recveil::defense
