#include "numerics/nearest.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/watch.h"
#include "numerics/product_kernels.h"

namespace recveil::numerics {
namespace {

constexpr std::size_t kBlock = 64;

float squared_length(const float *row, std::size_t d) {
  return std::inner_product(row, row + d, row, 0.0F);
}

}  // namespace

std::vector<std::uint32_t> nearest(const Matrix &points, const Matrix &queries, std::size_t k) {
  if (points.cols != queries.cols || k == 0 || k > points.rows) {
    throw Error(Status::argument, "nearest: other columns, or more neighbours than points");
  }
  const std::size_t d = points.cols, width = padded_floats(points.rows);
  // -2 times the points, transposed; the squared lengths.
  std::vector<float> turned(d * width), square(points.rows);
  for (std::size_t i = 0; i < points.rows; ++i) {
    for (std::size_t c = 0; c < d; ++c) turned[c * width + i] = -2 * points.row(i)[c];
    square[i] = squared_length(points.row(i), d);
  }
  std::vector<float> distance(kBlock * width);
  std::vector<std::uint32_t> order(points.rows), out(queries.rows * k);
  for (std::size_t begin = 0; begin < queries.rows; begin += kBlock) {
    const std::size_t n = std::min(kBlock, queries.rows - begin);
    multiply(ProductTask<float>{queries.row(begin), d, 1, n, d, turned.data(), width, width,
                                distance.data(), width});
    for (std::size_t q = 0; q < n; ++q) {
      pulse();
      float *row = distance.data() + q * width;
      // The query's own length shifts all of its distances alike.
      for (std::size_t i = 0; i < points.rows; ++i) row[i] += square[i];
      std::iota(order.begin(), order.end(), 0u);
      const auto closer = [row](std::uint32_t a, std::uint32_t b) {
        return row[a] != row[b] ? row[a] < row[b] : a < b;
      };
      const auto last = order.begin() + static_cast<std::ptrdiff_t>(k);
      std::nth_element(order.begin(), last - 1, order.end(), closer);
      std::copy(order.begin(), last, out.begin() + static_cast<std::ptrdiff_t>((begin + q) * k));
    }
  }
  return out;
}

}  // namespace recveil::numerics
