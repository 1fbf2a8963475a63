// A binary classification problem from integers alone, so that Python makes the same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"

namespace recveil::support {

struct Labelled {
  Matrix x;
  std::vector<std::uint8_t> y;
};

// Uniform values in multiples of 2^-24 by Knuth's generator of 2^32; y is 1 where an interaction of
// the first two columns, two more columns and noise sum above 0. In Python:
//   def labelled(rows, cols, state):
//       x = numpy.empty((rows, cols)); y = numpy.empty(rows, int)
//       def uniform():
//           nonlocal state; state = (state * 1664525 + 1013904223) % 2**32
//           return (state >> 8) / 2**24
//       for i in range(rows):
//           for j in range(cols): x[i, j] = uniform()
//           noise = uniform() - .5
//           y[i] = 8 * (x[i, 0] - .5) * (x[i, 1] - .5) + x[i, 2] - x[i, 3] + noise > 0
//       return x, y
// cols: at least 4.
inline Labelled labelled(std::size_t rows, std::size_t cols, std::uint32_t state) {
  const auto uniform = [&] {
    state = state * 1664525u + 1013904223u;
    return static_cast<double>(state >> 8) / (1 << 24);
  };
  Labelled out;
  out.x = {rows, cols, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<double> row(cols);
    for (double &value : row) value = uniform();
    const double noise = uniform() - 0.5;
    for (const double value : row) out.x.data.push_back(static_cast<float>(value));
    out.y.push_back(8 * (row[0] - 0.5) * (row[1] - 0.5) + row[2] - row[3] + noise > 0 ? 1 : 0);
  }
  return out;
}

}  // namespace recveil::support
