// Principal components of sparse rows, as Hidano et al. (PETS'20) take them of the rating matrix
// before the one-class SVM.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

// Borrows a CSR matrix: row u has values[e] in column columns[e] for e in [offsets[u],
// offsets[u + 1]) and 0 elsewhere. No values: every entry is 1. No duplicates within a row.
struct SparseRows {
  std::size_t cols = 0;
  std::span<const std::uint64_t> offsets;  // rows + 1
  std::span<const std::uint32_t> columns;
  std::span<const float> values;

  std::size_t rows() const { return offsets.size() - 1; }
  float value(std::size_t entry) const { return values.empty() ? 1.0f : values[entry]; }
};

// Immutable and safe from any thread.
class Pca {
 public:
  // The first k principal components of the rows: centred by the column means, not scaled, by
  // randomized subspace iteration (numerics/subspace.h). The mean is taken off within the products,
  // so that X is never dense. Components beyond the rank are exactly 0. Deterministic in `seed` up
  // to rounding. O(entries * k + (rows + columns) k^2) a power step, of which there are 6; holds
  // 4 (rows + columns) (k + 10) doubles at most. Throws Error(Status::argument) for no rows, k = 0,
  // offsets or columns out of range and values that are not finite.
  Pca(const SparseRows &x, std::size_t k, std::uint64_t seed);

  std::size_t k() const { return variance_.size(); }
  // Scores (x_u - mean) V of every row: rows x k. O(entries * k). Throws Error(Status::argument)
  // for another number of columns, and as the constructor.
  Matrix scores(const SparseRows &x) const;

  // V: columns x k, orthonormal columns but for those beyond the rank, the largest entry of each
  // positive.
  const Matrix &axes() const { return axes_; }
  // Of the scores of the rows it was fitted to, divided by rows - 1, falling.
  std::span<const double> variance() const { return variance_; }

 private:
  Matrix axes_;
  std::vector<double> mean_scores_;  // mean V
  std::vector<double> variance_;
};

}  // namespace recveil::numerics
