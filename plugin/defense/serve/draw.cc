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

// Uniform numbers from the ChaCha20 stream, 512 bytes at a time: eight blocks are what libsodium's
// AVX2 code makes in one go (220 ns here; 400 bytes take 460 ns).
class Stream {
 public:
  Stream(const Key &key, std::uint64_t user) noexcept : key_(key) {
    std::memcpy(nonce_, &user, sizeof(nonce_));
  }

  // Uniform in [0, n), without bias.
  std::uint32_t below(std::uint32_t n) noexcept {
    std::uint64_t product = std::uint64_t{next()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint32_t rejected = (0 - n) % n;
      while (static_cast<std::uint32_t>(product) < rejected) product = std::uint64_t{next()} * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static constexpr std::size_t kWords = 128;

  std::uint32_t next() noexcept {
    if (used_ == kWords) {
      std::memset(words_, 0, sizeof(words_));
      crypto_stream_chacha20_xor_ic(reinterpret_cast<unsigned char *>(words_),
                                    reinterpret_cast<const unsigned char *>(words_), sizeof(words_),
                                    nonce_, block_, key_.bytes.data());
      block_ += sizeof(words_) / 64;
      used_ = 0;
    }
    return words_[used_++];
  }

  const Key &key_;
  unsigned char nonce_[crypto_stream_chacha20_NONCEBYTES];
  std::uint64_t block_ = 0;
  std::size_t used_ = kWords;
  std::uint32_t words_[kWords];
};

// A page of the unseen ones of n positions, taken in the order next(0), next(1), ...
template <class Next>
std::size_t take_page(std::size_t n, std::size_t length, SeenWindow &seen, std::size_t offset,
                      std::span<std::uint32_t> out, Next next) noexcept {
  if (offset >= length) return 0;
  const std::size_t end = offset + std::min(out.size(), length - offset);
  std::size_t place = 0;
  for (std::size_t i = 0; i < n && place < end; ++i) {
    const std::uint32_t position = next(i);
    if (seen.holds(position)) continue;
    if (place >= offset) out[place - offset] = position;
    ++place;
  }
  return place > offset ? place - offset : 0;
}

}  // namespace

std::size_t draw_slate(const Key &serve_key, std::uint64_t user, std::size_t pool,
                       std::size_t length, std::span<const std::uint32_t> seen, std::size_t offset,
                       std::span<std::uint32_t> out) noexcept {
  std::uint16_t positions[kMaxPool];
  std::memcpy(positions, kPositions.data(), pool * sizeof(positions[0]));
  Stream stream(serve_key, user);
  SeenWindow window(seen);
  return take_page(pool, length, window, offset, out, [&](std::size_t i) {
    std::swap(positions[i], positions[i + stream.below(static_cast<std::uint32_t>(pool - i))]);
    return std::uint32_t{positions[i]};
  });
}

std::size_t ordered_slate(std::size_t n, std::size_t length, std::span<const std::uint32_t> seen,
                          std::size_t offset, std::span<std::uint32_t> out) noexcept {
  SeenWindow window(seen);
  return take_page(n, length, window, offset, out, [&](std::size_t i) {
    if (!seen.empty() && i > 0 && i % SeenWindow::kWindow == 0) window.move_to(i);
    return static_cast<std::uint32_t>(i);
  });
}

}  // namespace recveil::defense
