// Moments of one attribute in double: n, sum x and sum x x' of each class, from which a map is
// fitted (ErasureMap::fit_moments). Those that merge are exact (exact_moments.h) and are rounded to
// these.
//
// A buffer is a caller-owned array of doubles in a fixed order, native byte order:
//   header (8): 2 x 0, d, K, rows that people share (shared_rows.h), 3 x 0
//   per class (1 + d + d (d + 1) / 2): n, sum x, upper triangle of sum x x' by rows
// All calls: any thread, on buffers that no other thread writes.
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

// Of rows that were counted elsewhere.
void set_shared(std::span<double> buffer, std::uint64_t n);

// Read access. REQUIRES: the buffer was made by this header.
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
