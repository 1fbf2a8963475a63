// What was published to an engine: an immutable value, replaced as a whole.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/serving.h"
#include "core/user_set.h"

namespace recveil::hooks {

// A published pool: the host's numbers of its items, most popular first.
struct Pool {
  std::uint64_t version = 0;
  std::uint64_t published = 0;  // Unix seconds
  std::uint32_t list_length = 0;
  std::uint64_t wanted = 0;  // ceil(list_length / ratio) when it was built
  std::vector<std::uint64_t> items;
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
