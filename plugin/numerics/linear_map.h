// What a linear map explains of one table of rows by another.
#pragma once

#include <cstddef>
#include <vector>

namespace recveil::numerics {

// Rows lie one after another: n of d0 numbers and n of d1.
struct RowPair {
  const std::vector<float> &from, &to;
  std::size_t n, d0, d1;
};

// to - from M, n x d1, for the M that makes it least: ridge regression with a penalty of 1e-6 of
// the mean sum of squares of a column of `from`, so that directions that no row has do no harm.
// Sums are in float, the system is solved in double. O(n d0 (d0 + d1) + d0^3).
std::vector<float> linear_residuals(const RowPair &rows);

}  // namespace recveil::numerics
