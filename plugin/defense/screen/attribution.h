// Who else of a batch belongs to a campaign that was found: those who push what its accounts have
// in common, and those that the same generator made. Third step of the coordination test.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/item_tests.h"

namespace recveil::defense {

struct AttributedAccount {
  std::uint32_t account = 0;
  double posterior = 0;
};

// Accounts that push an item which most of the quarantined group push and people hardly do: a group
// may be found by a filler item, which some of its accounts lack. `tests` stands as it was before
// the group was taken out. ordinary: per item, 1: those who push it were judged to be people, so
// they are not taken for having it in common with a group that was found elsewhere.
std::vector<AttributedAccount> sharing_the_target(const CoordinationInput &in,
                                                  const ItemTests &tests,
                                                  std::span<const std::uint32_t> group,
                                                  std::span<const std::uint8_t> ordinary);

// Accounts that are as similar to the quarantined group as it is to itself, whatever they push: a
// campaign that spreads over items shows in one of them first. By Benjamini and Hochberg, so where
// the batch holds no more such accounts than the window, nobody is taken. Newcomers only: the
// profile of a known account is that of its trusted past.
std::vector<AttributedAccount> by_the_same_generator(const CoordinationInput &in, ItemTests &tests,
                                                     std::span<const std::uint32_t> group);

}  // namespace recveil::defense
