// What a private release is made from: sums over people, in exact integers, so that statistics of
// several machines add up to those of one, in any order, to the bit. Each person moves a statistic
// by at most kScale in the norm that its noise is white in; so no history is cut and nobody is left
// out. People with several rows count several times: one row a person.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::defense {

constexpr std::int64_t kScale = 1 << 20;

// How many people have each item, a person of h items adding floor(sqrt(kScale^2 / h)) to each of
// them: h times its square is at most kScale^2. history: distinct items below counts.size().
void add_counts(std::span<const std::uint32_t> history, std::span<std::int64_t> counts);

// The Gram matrix of unit rows over a catalogue of n items: the upper triangle by rows, so (i, j)
// with i <= j is at triangle_at(n, i, j). A person with h items of the catalogue adds
// floor(kScale / h) to each pair of them. With the entries off the diagonal times sqrt 2, in which
// norm it is that of the whole matrix, that is h floor(kScale / h) <= kScale.
constexpr std::size_t triangle_size(std::size_t n) {
  return n * (n + 1) / 2;
}
constexpr std::size_t triangle_at(std::size_t n, std::size_t i, std::size_t j) {
  return i * n - i * (i + 1) / 2 + j;
}

// The items that a model is about, and where each of them is among them.
class Catalogue {
 public:
  // items: distinct, below n_items; they are numbered as given.
  Catalogue(std::vector<std::uint32_t> items, std::size_t n_items);

  std::size_t size() const { return items_.size(); }
  std::span<const std::uint32_t> items() const { return items_; }
  static constexpr std::uint32_t kAbsent = UINT32_MAX;
  std::uint32_t place(std::uint32_t item) const { return place_[item]; }  // or kAbsent
  // Of those of the history that are in it, rising. history: distinct.
  std::vector<std::uint32_t> places(std::span<const std::uint32_t> history) const;

 private:
  std::vector<std::uint32_t> items_, place_;
};

// history: distinct items. O(h^2).
void add_gram(std::span<const std::uint32_t> history, const Catalogue &catalogue,
              std::span<std::int64_t> triangle);

// The same for many: person u has items[offsets[u]] on. A row of the matrix after the other, so
// that the row stays in the first cache. REQUIRES: at most 65,536 items in the catalogue (a block
// has 8,192, kMaxCatalogue).
void add_grams(std::span<const std::size_t> offsets, std::span<const std::uint32_t> items,
               const Catalogue &catalogue, std::span<std::int64_t> triangle);

}  // namespace recveil::defense
