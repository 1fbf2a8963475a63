// How many rows are shared, from a sketch that merges exactly: its bytes depend on the rows alone,
// not on their order or on who counted which of them.
//
// Two parts see two kinds of sharing. Counts of 1,024 buckets of hashes show a row that very many
// people share (a default vector). The 512 smallest different hashes, with how many rows have each,
// are an even sample of the different rows: exact while there are no more of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::defense {

constexpr std::size_t kSharingBuckets = 1024, kSharingSample = 512;
// buckets, then the hashes of the sample, rising, then their counts, then how many they are
constexpr std::size_t kSharingWords = kSharingBuckets + 2 * kSharingSample + 1;

// One row with this hash. sketch: kSharingWords, zeros at first.
void sharing_add(std::span<std::uint64_t> sketch, std::uint64_t hash);
void sharing_merge(std::span<std::uint64_t> into, std::span<const std::uint64_t> from);
// Is this the sketch of n rows?
bool sharing_holds(std::span<const std::uint64_t> sketch, std::uint64_t n);
// An estimate of how many of the n rows equal four others or more; exact up to 512 different rows.
std::uint64_t sharing_estimate(std::span<const std::uint64_t> sketch, std::uint64_t n);

}  // namespace recveil::defense
