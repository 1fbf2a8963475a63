// A history as the set that fold-in sums over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::defense {

struct KnownItems {
  std::span<const std::uint32_t> items;  // rising, without repeats
  std::size_t dropped = 0;               // different items that were left out
};

// The items with support[i] above 0, in rising order. An item without support and one beyond the
// end of `support` are left out alike: the model knows neither. work: 2 * history.size() numbers,
// where the result lives. Cost: O(history.size()).
KnownItems known_items(std::span<const std::uint32_t> history,
                       std::span<const std::uint32_t> support, std::uint32_t *work) noexcept;

}  // namespace recveil::defense
