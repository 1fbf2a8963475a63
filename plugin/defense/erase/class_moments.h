// Mergeable statistics of one attribute: n, sum x and sum x x' of each class. A map is fitted from
// them (ErasureMap::fit_moments) without the rows, so that any engine can reduce them.
//
// A buffer is a caller-owned array of doubles in a fixed order, native byte order:
//   header (8): magic, version, d, K, rows that kCrowd rows of one call share (shared_rows.h), 3 x
//   0 per class (1 + d + d (d + 1) / 2): n, sum x, upper triangle of sum x x' by rows
// Merging is addition: associative and commutative up to rounding. All calls: any thread, on
// buffers that no other thread writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/erase/embeddings.h"

namespace recveil::defense {

struct ClassMoments;

// Doubles of a buffer. Throws Error(argument) where d or classes is out of range.
std::size_t class_moments_size(std::size_t d, std::int32_t classes);

// Makes `buffer` (exactly class_moments_size doubles, else Error(buffer)) the statistics of no row.
void class_moments_init(std::span<double> buffer, std::size_t d, std::int32_t classes);

// Adds the rows of known class. Throws Error(argument) where d, K or the number of labels is not
// the buffer's, or a value of a labelled row is not finite, and then has added nothing. O(rows *
// d^2), in double; allocates.
void class_moments_add(std::span<double> buffer, const Embeddings &rows,
                       std::span<const std::int32_t> of_row);

// Like the one of embeddings.h, up to the rounding of sums: a column whose variance is below 1e-11
// of its mean square counts as one value.
void check_columns_vary(const ClassMoments &moments);

// into += from. Throws Error(argument) where they are not of one shape.
void class_moments_merge(std::span<double> into, std::span<const double> from);

// Throws Error(data) where the buffer is none: magic, version, size, a count that is no count, a
// value that is not finite, a second moment that contradicts the first (a variance below 0).
void class_moments_check(std::span<const double> buffer);

// Read access. REQUIRES: the buffer passed class_moments_check.
struct ClassMoments {
  explicit ClassMoments(std::span<const double> checked);
  std::size_t d;
  std::int32_t classes;
  double n(std::int32_t k) const { return of(k)[0]; }
  std::uint64_t n_shared() const { return static_cast<std::uint64_t>(data_[-4]); }
  const double *sum(std::int32_t k) const { return of(k) + 1; }
  // Upper triangle by rows: (0,0) (0,1) .. (0,d-1) (1,1) ..
  const double *second(std::int32_t k) const { return of(k) + 1 + d; }

 private:
  const double *of(std::int32_t k) const;
  const double *data_;
};

}  // namespace recveil::defense
