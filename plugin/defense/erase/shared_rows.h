// Rows that people share: the same short history, no history at all, a default vector, or nearly
// so. A map of classes sends such a row to one point per class and thereby gives the class away, so
// these rows are found first and handled apart (cells.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/erase/embeddings.h"

namespace recveil::defense {

constexpr std::int32_t kNoCell = -1;

struct SharedRowsOptions {
  // Largest distance of (x / |x|, log |x|) at which two rows count as shared.
  double radius = 0.1;
  // A row that fewer people share is not shown: the nearest of such groups are one cell together.
  std::size_t n_code = 5;
  std::size_t most_cells = 4096;
};

struct SharedRows {
  std::size_t d = 0;
  std::size_t n_cells = 0;
  std::vector<float> rows;            // n_cells x d, by rising length; the one of short rows first
  std::vector<std::int32_t> cell_of;  // of each row; kNoCell: nobody shares it
};

// Groups the rows `which` (others have kNoCell). Leaders, by the falling number of rows within the
// radius (then the lower row), take the free rows within it; two rows or more are shared. The row
// of a cell is the mean of its members, with their own bits where all are equal. Groups of fewer
// than n_code people join the nearest such groups (1 - cos and .05 of the difference in log
// length), the largest first, until they are as many; those beyond most_cells and the last few
// count to the nearest cell. Rows shorter than least_norm are one cell: of zeros if all of them
// are, else half as long as that and in the direction of the mean of all rows. Without any cell of
// n_code people nothing is shared. Distances are compared in float. O(N log N + d pairs + d
// cells groups), pairs: of distinct rows in neighbouring bins of the length and the two leading
// axes of the directions; groups: the small ones.
SharedRows share_rows(const Embeddings &rows, std::span<const std::uint32_t> which,
                      double least_norm, const SharedRowsOptions &options);

constexpr std::size_t kCrowd = 5;  // people who make a row shared, as n_code is by default

// How many of the rows `which` have equal bits with kCrowd of them or more. That costs a hash a
// row, and histories that are equal give rows that are equal. Cells also join
// rows that nearly are.
std::size_t crowded_rows(const Embeddings &rows, std::span<const std::uint32_t> which);

// Throws Error(data) if more than 1 % of the rows of known class are shared: a map of classes makes
// these easier to read.
void refuse_crowded(std::uint64_t shared, std::uint64_t known);

// The length of a row, summed in double.
double row_length(const float *row, std::size_t d) noexcept;

// SipHash-2-4 of the row's bits under a fixed key: a name for lookups, not a secret.
std::uint64_t row_hash(const float *row, std::size_t d) noexcept;

}  // namespace recveil::defense
