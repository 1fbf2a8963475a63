// Which items a private model is about. Noise on the Gram matrix grows with their number, and a
// popular item bears it; the tail is left out, and that must be said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil::defense {

// 5 sqrt(people mu) items, at least 100 and at most 800, and 2,000 from people mu = 200,000 on; no
// more than there are. A fit on public data, where it was within a few percent of the best number.
// people: a lower bound that may be known, never the number itself.
std::size_t catalogue_size(std::uint64_t people, double mu, std::size_t n_items);

// The items with the largest noisy counts, falling, ties by number.
std::vector<std::uint32_t> largest_counts(std::span<const std::int64_t> noisy, std::size_t n);

}  // namespace recveil::defense
