// Groups that no item shows: accounts of a batch that lie closer together than trusted accounts let
// expect, whatever they push. Third place to look of the coordination test. Ours.
#pragma once

#include <cstdint>
#include <vector>

#include "defense/screen/item_tests.h"

namespace recveil::defense {

struct CrowdedGroup {
  double p = 1;  // that people lie so close somewhere in the batch
  std::vector<std::uint32_t> accounts;
};

// The most crowded place of the batch: around each newcomer the number of others within a distance,
// against how many trusted accounts are within it. Of larger batches 1,500 accounts stand for all.
// O(accounts^2 d).
CrowdedGroup most_crowded(const CoordinationInput &in, ItemTests &tests);

}  // namespace recveil::defense
