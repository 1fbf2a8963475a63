// Mergeable statistics of one attribute, exact: n, sum x and sum x x' of each class, in integers.
// The same rows give the same bytes in whatever order, grouping and number of calls and merges they
// arrive, so that machines that share the work agree to the bit with one machine that does it all.
//
// A buffer is a caller-owned array of 64-bit words, native byte order:
//   header (8): magic, version, d, K, 4 x 0
//   kSharingWords of sharing_sketch.h
//   per class 2 (1 + d + d (d + 1) / 2): n, sum q, upper triangle of sum q q' by rows
// q is a value in units of 2^-32, to the nearest; every sum has 128 bits, low word first. Values
// are below 1,024 in magnitude, so that 2^43 rows cannot overflow. All calls: any thread, on
// buffers that no other thread writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/embeddings.h"

namespace recveil::defense {

using MomentWords = std::span<std::uint64_t>;
using ConstMomentWords = std::span<const std::uint64_t>;

constexpr float kMostExact = 1024;  // magnitude of a value

// Words of a buffer. Throws Error(argument) where d or classes is out of range.
std::size_t exact_moments_size(std::size_t d, std::int32_t classes);

// Makes `buffer` (exactly exact_moments_size words, else Error(buffer)) the statistics of no row.
void exact_moments_init(MomentWords buffer, std::size_t d, std::int32_t classes);

// Adds the rows of known class. Throws Error(argument) where d, K or the number of labels is not
// the buffer's, or a value of a labelled row is not finite or kMostExact or more, and then has
// added nothing. O(rows d^2), three times that of sums in double; allocates.
void exact_moments_add(MomentWords buffer, const Embeddings &rows,
                       std::span<const std::int32_t> of_row);

// into += from. REQUIRES: both passed the check. Throws Error(argument) where they are not of one
// shape. Allocates nothing.
void exact_moments_merge(MomentWords into, ConstMomentWords from);

struct ExactShape {
  std::size_t d;
  std::int32_t classes;
  std::uint64_t n_rows;
};
// Throws Error(data) where the buffer is none: magic, version, size, a count that is none, a second
// moment that contradicts the first (a variance below 0).
ExactShape exact_moments_check(ConstMomentWords buffer);

// The sums in double, each rounded once, as a buffer of class_moments.h. REQUIRES: it passed the
// check.
std::vector<double> rounded_moments(ConstMomentWords buffer);

}  // namespace recveil::defense
