// Who plays which part. Users are disjoint between all five parts: what the attacker learns on are
// other people than those attacked.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::audit {

struct Split {
  std::vector<std::uint32_t> shadow_members, shadow_non_members;
  std::vector<std::uint32_t> target_members, target_non_members;
  std::vector<std::uint32_t> auxiliary;  // the attacker's, for item vectors and popularity
};

// Users with at least this many interactions take part (Zhang et al., CCS'21).
constexpr std::size_t kMinHistory = 20;

// Random fifths. Throws Error(data) with fewer than 100 such users.
Split split_users(const Interactions &all, std::uint64_t seed);

}  // namespace recveil::audit
