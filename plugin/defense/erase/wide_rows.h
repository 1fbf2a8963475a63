// Rows of double that the host lends. The room computes in float; these are converted block by
// block.
#pragma once

#include <cstddef>

namespace recveil::defense {

// Like MutableEmbeddings (embeddings.h).
struct WideRows {
  double *data = nullptr;
  std::size_t rows = 0, cols = 0, row_stride = 0;
  std::size_t frozen_tail_cols = 0;

  std::size_t d() const noexcept { return cols - frozen_tail_cols; }
  double *row(std::size_t i) const noexcept { return data + i * row_stride; }
};

// to[0..n * d) = n rows from `begin` on, rounded, without the frozen tail. Throws Error(argument)
// that names the row where a value is not finite as a float.
void narrow_rows(const WideRows &rows, std::size_t begin, std::size_t n, float *to);

}  // namespace recveil::defense
