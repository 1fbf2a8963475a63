// A history as the set that fold-in sums over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::defense {

// What a user interacted with, in any order. weights: one an item, above 0; null: the model's own.
struct History {
  std::span<const std::uint32_t> items;
  const float *weights = nullptr;
};

struct KnownItems {
  std::span<const std::uint32_t> items;  // rising, without repeats
  const float *weights = nullptr;        // one an item; null: the model's own
  std::size_t dropped = 0;               // different items that were left out

  std::size_t n_different() const noexcept { return items.size() + dropped; }
};

// Numbers of 32 bits that known_items() works in.
constexpr std::size_t known_items_work(std::size_t n_history) {
  return 4 * n_history;
}

// The items with support[i] above 0, in rising order; of a repeated item the largest weight counts.
// An item without support and one beyond the end of `support` are both left out: the model knows
// neither. work: known_items_work() numbers, where the result lives.
// Cost: O(items), with weights O(items log items).
KnownItems known_items(const History &history, std::span<const std::uint32_t> support,
                       std::uint32_t *work) noexcept;

}  // namespace recveil::defense
