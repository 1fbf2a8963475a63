// Who plays which part. Users are disjoint between all parts: what the attacker learns on are other
// people than those attacked.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::audit {

struct People {
  std::vector<std::uint32_t> members, non_members;
};

struct Split {
  People shadow, target;
  std::vector<std::uint32_t> auxiliary;  // the attacker's, for item vectors and popularity
};

// Users with at least this many interactions take part (Zhang et al., CCS'21).
constexpr std::size_t kMinHistory = 20;

// Random fifths. balanced: false keeps half of each group of non-members, drawn without replacement
// with weights 1 / length of the history, so that non-members are less active than members, as they
// are where people leave (Efraimidis and Spirakis, 2006). Throws Error(data) with fewer than 100
// such users.
Split split_users(const Interactions &all, std::uint64_t seed, bool balanced = true);

// Rows 0 .. member.size() - 1 dealt at random into `parts`, each class evenly: parts differ by at
// most one of each class. Each part in ascending order.
std::vector<std::vector<std::uint32_t>> deal(const std::vector<std::uint8_t> &member,
                                             std::size_t parts, std::uint64_t seed);

}  // namespace recveil::audit
