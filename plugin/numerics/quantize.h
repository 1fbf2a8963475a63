// Numbers cut into few classes, column by column, for trees that look at classes alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

// Code c of column j stands for values in (cuts[j][c - 1], cuts[j][c]], open to both ends.
struct Quantized {
  std::size_t rows = 0;
  std::vector<std::vector<double>> cuts;  // per column, ascending, at most max_bins - 1
  std::vector<std::uint8_t> codes;        // column-major

  std::size_t cols() const { return cuts.size(); }
  const std::uint8_t *column(std::size_t j) const { return codes.data() + j * rows; }
};

// Cuts as scikit-learn's HistGradientBoosting makes them: midway between neighbours where a column
// has at most max_bins distinct values, else its quantiles at 1 / max_bins, 2 / max_bins, ..., each
// the middle of the two values next to it. max_bins in [2, 256]; x finite (unchecked).
// O(cells * log rows).
Quantized quantize(const Matrix &x, std::size_t max_bins);

}  // namespace recveil::numerics
