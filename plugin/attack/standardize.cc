#include "attack/standardize.h"

#include <cmath>
#include <cstddef>

#include "core/watch.h"

namespace recveil::attack {

Standardizer::Standardizer(const Matrix &z) : mean_(z.cols), scale_(z.cols) {
  const auto n = static_cast<double>(z.rows);
  for (std::size_t c = 0; c < z.cols; ++c) {
    pulse();
    double sum = 0, squares = 0;
    for (std::size_t u = 0; u < z.rows; ++u) sum += static_cast<double>(z.row(u)[c]);
    const double mean = sum / n;
    for (std::size_t u = 0; u < z.rows; ++u) {
      const double difference = static_cast<double>(z.row(u)[c]) - mean;
      squares += difference * difference;
    }
    mean_[c] = static_cast<float>(mean);
    scale_[c] = squares > 0 ? static_cast<float>(1 / std::sqrt(squares / n)) : 0.0f;
  }
}

Matrix Standardizer::operator()(Matrix z) const {
  for (std::size_t u = 0; u < z.rows; ++u) {
    float *row = z.row(u);
    for (std::size_t c = 0; c < z.cols; ++c) row[c] = (row[c] - mean_[c]) * scale_[c];
  }
  return z;
}

}  // namespace recveil::attack
