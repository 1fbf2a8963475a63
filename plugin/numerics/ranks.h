// Ranks with ties shared, what every rank statistic of this room is made of.
#pragma once

#include <span>
#include <vector>

namespace recveil::numerics {

// ranks[i] = mean 1-based place of values[i] in sorted order over its ties: a multiple of 1/2, so
// that sums of ranks are exact. Values must be finite (a NaN would break the sort). O(n log n).
std::vector<double> mid_ranks(std::span<const double> values);

}  // namespace recveil::numerics
