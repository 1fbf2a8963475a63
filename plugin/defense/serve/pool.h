// The candidate pool of popularity randomization (Zhang et al., CCS'21, section 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::defense {

// N_cand = ceil(list_length / ratio). REQUIRES: 0 < ratio <= 1.
std::size_t pool_size(std::size_t list_length, double ratio);

// Indices of the n most counted items, falling; ties by index; items counted 0 are left out.
// O(counts + n log n).
std::vector<std::uint32_t> most_popular(std::span<const std::uint64_t> counts, std::size_t n);

}  // namespace recveil::defense
