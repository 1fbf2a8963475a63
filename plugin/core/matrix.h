// A dense matrix of floats: rows of users or items, columns of factors.
#pragma once

#include <cstddef>
#include <vector>

namespace recveil {

// Row-major, rows x cols.
struct Matrix {
  std::size_t rows = 0, cols = 0;
  std::vector<float> data;
  const float *row(std::size_t i) const { return data.data() + i * cols; }
  float *row(std::size_t i) { return data.data() + i * cols; }
};

}  // namespace recveil
