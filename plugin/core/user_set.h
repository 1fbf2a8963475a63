// An immutable set of 64-bit hashes, cheap to look up, to change a little, and to write to a file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace recveil {

// Elements must be uniformly distributed (keyed hashes are): the lookup jumps by their top bits.
// const access from any thread. Lookup: one or two cache misses. Memory: 8 bytes an element and 4
// for every eight.
class UserSet {
 public:
  UserSet() = default;
  explicit UserSet(std::vector<std::uint64_t> hashes);  // any order, duplicates allowed

  bool contains(std::uint64_t hash) const noexcept;
  std::size_t size() const noexcept { return base_size() + added_.size() - removed_.size(); }
  std::vector<std::uint64_t> sorted() const;

  // This set with hashes added or removed. O(changes so far), and O(size) once in a while.
  UserSet with(std::vector<std::uint64_t> hashes) const;
  UserSet without(std::vector<std::uint64_t> hashes) const;

 private:
  struct Base {
    std::vector<std::uint64_t> hashes;  // sorted, unique
    std::vector<std::uint32_t> bucket;  // bucket[b]: first element whose top bits are >= b
    int shift = 63;
  };
  static std::shared_ptr<const Base> make_base(std::vector<std::uint64_t> sorted_unique);
  std::size_t base_size() const noexcept { return base_ ? base_->hashes.size() : 0; }
  bool base_contains(std::uint64_t hash) const noexcept;
  UserSet compacted() &&;

  std::shared_ptr<const Base> base_;
  std::vector<std::uint64_t> added_;    // sorted, not in base_
  std::vector<std::uint64_t> removed_;  // sorted, in base_
};

}  // namespace recveil
