// Statistics (statistics.h) as a block of memory without pointers: a header, the catalogue, the
// sums. Copy it, send it, store it, add it to another one. It belongs to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::defense {

constexpr std::uint32_t kMaxCatalogue = 8192;

struct BlockShape {
  std::uint32_t n_items = 0;
  std::span<const std::uint32_t> catalogue;  // empty: counts
};

class StatisticsBlock {
 public:
  // Throws Error(argument) for a shape that cannot be: no items, too many, or a catalogue with an
  // item twice or out of range.
  static std::size_t bytes(const BlockShape &shape);
  // Throws Error(argument), and Error(buffer) where n_bytes are too few.
  static void make(const BlockShape &shape, void *block, std::size_t n_bytes);

  // Borrows. Throws Error(argument) for NULL and what is not aligned, Error(version), and
  // Error(data) where the bytes are not such a block, or cut short. Sums are not looked at.
  StatisticsBlock(void *block, std::size_t n_bytes);

  std::uint32_t n_items() const noexcept { return header_->n_items; }
  std::uint64_t n_people() const noexcept { return header_->n_people; }
  bool is_gram() const noexcept { return header_->n_catalogue > 0; }
  std::span<const std::uint32_t> catalogue() const noexcept {
    return {catalogue_, header_->n_catalogue};
  }
  std::span<const std::int64_t> sums() const noexcept { return sums_; }
  // The whole block as it is stored.
  std::span<const std::uint8_t> stored() const noexcept;

  // Throws Error(data) where a sum cannot be one of so many people, or the catalogue is damaged.
  void check() const;

  // Person u is items[offsets[u]] on. Throws Error(argument) naming the person whose row has an
  // item twice or out of range, Error(data) where check() would or there are too many people; then
  // nothing is added. offsets do not fall.
  void add(std::span<const std::size_t> offsets, std::span<const std::uint32_t> items);
  // Throws Error(argument) for another shape, Error(data) for too many people.
  void merge(const StatisticsBlock &more);

 private:
  struct Header {
    char magic[8];
    std::uint32_t n_items, n_catalogue;
    std::uint64_t n_people;
    std::uint64_t reserved[5];
  };
  static_assert(sizeof(Header) == 64);

  void need_room(std::uint64_t more_people) const;

  Header *header_;
  std::uint32_t *catalogue_;
  std::span<std::int64_t> sums_;
};

}  // namespace recveil::defense
