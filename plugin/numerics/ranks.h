// Ranks with ties shared, what every rank statistic of this room is made of.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace recveil::numerics {

// ranks[i] = mean 1-based place of values[i] in sorted order over its ties: a multiple of 1/2, so
// that sums of ranks are exact. Values must be finite (a NaN would break the sort). O(n log n).
std::vector<double> mid_ranks(std::span<const double> values);

// Spearman's: Pearson's correlation of the ranks. REQUIRES: as many of each. None where all values
// of a side are the same. O(n log n).
std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace recveil::numerics
