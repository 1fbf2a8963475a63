// Who plays which part. Users are disjoint between all parts: what the attacker learns on are other
// people than those attacked.
#pragma once

#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::audit {

struct People {
  std::vector<std::uint32_t> members, non_members;
  // Whom the attackers look at: the first so many of each. All of them, unless a sample is drawn.
  std::size_t seen_members = 0, seen_non_members = 0;
};

struct Split {
  People shadow, target;
  std::vector<std::uint32_t> auxiliary;  // the attacker's, for item vectors and popularity
  std::size_t seen_auxiliary = 0;        // the first so many are those that the attacker looks at
  std::size_t users() const;             // in all parts together
};

// Users with at least this many interactions take part; who has one alone has no taste to follow.
constexpr std::size_t kMinHistory = 2;

struct SplitOptions {
  // false: keeps half of each group of non-members, drawn without replacement with weights
  // 1 / length of the history, so that non-members are less active than members, as they are where
  // people leave (Efraimidis and Spirakis, 2006).
  bool balanced = true;
  // How many people of each population are looked at, at least 2; 0: all. The sample has every
  // length of history in proportion: of the people in order of length every k-th, so that no part
  // of them is missed by chance.
  std::size_t people = 0;
  // Only the sample takes part: the others do not train either.
  bool sample_alone = false;
};

// Random fifths. Throws Error(data) with fewer than 100 such users.
Split split_users(const Interactions &all, std::uint64_t seed, const SplitOptions &options = {});

// Rows 0 .. member.size() - 1 dealt at random into `parts`, each class evenly: parts differ by at
// most one of each class. Each part in ascending order.
std::vector<std::vector<std::uint32_t>> deal(const std::vector<std::uint8_t> &member,
                                             std::size_t parts, std::uint64_t seed);

}  // namespace recveil::audit
