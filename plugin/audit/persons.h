// Rows that are one and the same person: those with equal histories.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::audit {

// Of each row of `first`, then of each row of `second`, a number: the same for rows whose histories
// hold the same items, in whatever order, and for no others. Numbers begin at 0. O(size log size).
std::vector<std::uint32_t> persons(const Interactions &first, const Interactions &second = {});

// deal() of audit/split.h that leaves rows of one person in one part. Without such rows it is
// deal(). Else people are dealt in random order, those with equal counts of members and others
// evenly, so parts differ by at most one person of each such kind; unless a part had one class
// alone, which is deal() again.
std::vector<std::vector<std::uint32_t>> deal_persons(const std::vector<std::uint8_t> &member,
                                                     const std::vector<std::uint32_t> &person,
                                                     std::size_t parts, std::uint64_t seed);

}  // namespace recveil::audit
