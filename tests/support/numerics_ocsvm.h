// The slow twin of the one-class SVM: kernel, gradient and violation by their definitions, in
// double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "numerics/ocsvm.h"

namespace recveil::support {

inline double rbf(const float *a, const float *b, std::size_t d, double gamma) {
  double sum = 0;
  for (std::size_t k = 0; k < d; ++k) {
    const double difference = static_cast<double>(a[k]) - static_cast<double>(b[k]);
    sum += difference * difference;
  }
  return std::exp(-gamma * sum);
}

// sum over j of alpha[j] K(points_j, row), for each row of x.
inline std::vector<double> kernel_sums(const Matrix &points, std::span<const double> alpha,
                                       const Matrix &x, double gamma) {
  std::vector<double> out(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < points.rows; ++j) {
      if (alpha[j] != 0) out[i] += alpha[j] * rbf(points.row(j), x.row(i), x.cols, gamma);
    }
  }
  return out;
}

struct Optimality {
  double sum_error;  // |sum of alpha - nu n|
  double gap;        // as in SmoResult
  double least, greatest;
  double free_mean;  // NaN where no alpha is strictly between 0 and 1
};

inline Optimality optimality(const Matrix &x, const numerics::TrainedOneClass &trained, double nu) {
  std::vector<double> alpha(x.rows);
  for (std::size_t i = 0; i < trained.support_rows.size(); ++i) {
    alpha[trained.support_rows[i]] = trained.svm.alpha()[i];
  }
  const std::vector<double> gradient =
      kernel_sums(trained.svm.support(), trained.svm.alpha(), x, trained.svm.gamma());
  Optimality out{-nu * static_cast<double>(x.rows), 0, std::numeric_limits<double>::infinity(),
                 -std::numeric_limits<double>::infinity(), 0};
  double free = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    out.sum_error += alpha[i];
    if (alpha[i] < 1) out.least = std::min(out.least, gradient[i]);
    if (alpha[i] > 0) out.greatest = std::max(out.greatest, gradient[i]);
    if (alpha[i] > 0 && alpha[i] < 1) {
      out.free_mean += gradient[i];
      free += 1;
    }
  }
  out.sum_error = std::abs(out.sum_error);
  out.gap = out.greatest - out.least;
  out.free_mean /= free;
  return out;
}

}  // namespace recveil::support
