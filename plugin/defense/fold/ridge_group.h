// Fold-in of several users at once, one in each lane of the machine's vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/ridge.h"

namespace recveil::defense {

// A group above so many factors does not fit a cache, and the loops over one user's rows fill the
// vectors as well.
constexpr std::size_t kMaxGroupFactors = 128;
// Fewer are faster one by one: lanes without a user cost as much.
constexpr std::size_t kMinGroup = 8;

struct GroupUser {
  const RidgeFold *fold = nullptr;
  KnownItems known;      // as RidgeFold::solve() wants it, not empty
  float *row = nullptr;  // d floats
};

// Working memory of a group of users of d factors.
struct GroupScratch {
  GroupScratch(Carver &carver, std::size_t d) noexcept;
  RidgeScratch one;
  float *systems;  // kGroup, each of padded x padded, apart floats from one to the next
  std::size_t apart;
  float *factors;  // group_floats(d)
  float *inverse;  // kGroup x padded
  float *work;     // kGroup x padded
  float *x;        // kGroup x padded
  float *step;     // kGroup x padded
};

// The rows of up to kGroup users; each is bit-identical to RidgeFold::solve() alone, regardless
// of the group. All folds have the same d and the same kernels. False where a system is singular in
// single precision; then rows may be partly written.
bool solve_group(std::span<const GroupUser> users, const GroupScratch &scratch) noexcept;

}  // namespace recveil::defense
