// What was published to an engine: an immutable value, replaced as a whole.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "core/serving.h"
#include "core/user_set.h"

namespace recveil::hooks {

// A published pool: the numbers of its items, most popular first.
struct Pool {
  std::uint64_t version = 0;
  std::uint64_t published = 0;  // Unix seconds
  std::uint32_t list_length = 0;
  std::uint64_t wanted = 0;  // ceil(list_length / ratio) when it was built
  std::vector<std::uint32_t> items;
  std::vector<std::uint32_t> order{};  // positions, by rising item

  // Sets order; false if an item is listed twice. Call it once items are complete.
  bool index() {
    order.resize(items.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [this](std::uint32_t a, std::uint32_t b) { return items[a] < items[b]; });
    return std::adjacent_find(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
             return items[a] == items[b];
           }) == order.end();
  }
  // items.size() if the pool does not have the item.
  std::size_t position_of(std::uint32_t item) const noexcept {
    const auto at =
        std::lower_bound(order.begin(), order.end(), item,
                         [this](std::uint32_t a, std::uint32_t b) { return items[a] < b; });
    return at != order.end() && items[*at] == item ? *at : items.size();
  }
  std::size_t bytes() const noexcept { return 2 * items.size() * sizeof(items[0]); }
};

enum class UserSetName : std::uint8_t { members = 1, quarantined = 2, erased = 3 };
constexpr std::size_t kUserSets = 3;

struct ServeState {
  std::uint64_t version = 0;                         // counts publications
  std::array<std::shared_ptr<const Pool>, 2> pools;  // newest first; may be null
  bool has_members = false;                          // was a member set ever published?
  std::array<UserSet, kUserSets> users;              // of keyed hashes

  const Pool *newest() const noexcept { return pools[0].get(); }
  const Pool *pool(std::uint64_t wanted) const noexcept {
    for (const auto &held : pools) {
      if (held && (wanted == 0 || held->version == wanted)) return held.get();
    }
    return nullptr;
  }
  const UserSet &set(UserSetName name) const noexcept {
    return users[static_cast<std::size_t>(name) - 1];
  }
  UserSet &set(UserSetName name) noexcept { return users[static_cast<std::size_t>(name) - 1]; }
};

}  // namespace recveil::hooks
