// Digests of rows that a map has written, so that no row is mapped twice: replay after a crash, a
// second publish. Keyed, so that the set by itself does not tell whose rows are in it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "defense/erase/embeddings.h"

namespace recveil::defense {

using RowDigest = std::array<std::uint8_t, 16>;

// BLAKE2b-128 over the bytes of d floats (-0 and 0 are two rows). key: empty or 16 to 64 bytes,
// else Error(argument).
RowDigest row_digest(std::span<const float> row, std::span<const std::uint8_t> key);

// One writer or many readers.
class OutputSet {
 public:
  explicit OutputSet(std::span<const std::uint8_t> key);

  bool contains(std::span<const float> row) const;
  void insert(std::span<const float> row);
  void merge(const OutputSet &other);  // of the same key
  std::size_t size() const noexcept { return digests_.size(); }

  // The digests in rising order, 16 bytes each; the key is not among them.
  std::vector<std::uint8_t> bytes() const;
  // Adds them. Throws Error(data) where they are not rising or a part of one is missing.
  void add_bytes(std::span<const std::uint8_t> bytes);

 private:
  struct Hash {
    std::size_t operator()(const RowDigest &digest) const noexcept;
  };
  std::vector<std::uint8_t> key_;
  std::unordered_set<RowDigest, Hash> digests_;
};

}  // namespace recveil::defense
