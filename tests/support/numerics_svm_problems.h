// Problems for the one-class SVM and its oracles.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/matrix.h"
#include "core/random.h"

namespace recveil::support {

enum class Shape : std::uint8_t {
  clusters,    // eight Gaussian clusters of unlike spread
  duplicates,  // of n / 5 different rows
  constant,    // every other column is constant, the others are clusters
  ratings,     // whole numbers 0 to 5, mostly 0: many ties
  offset,      // clusters far from the origin
};

struct SvmProblem {
  std::size_t n, d;
  double nu;
  double decades;  // log10 of gamma / gamma_1, where gamma_1 is 1 / mean |x - y|^2
  Shape shape;

  std::string name() const {
    return "n" + std::to_string(n) + " d" + std::to_string(d) + " nu" + std::to_string(nu) +
           " decades" + std::to_string(decades) + " shape" +
           std::to_string(static_cast<int>(shape));
  }
};

inline Matrix svm_rows(const SvmProblem &problem, std::uint64_t seed) {
  const std::size_t n = problem.n, d = problem.d;
  // The clusters are those of the population: rows of another seed come from the same.
  Rng centres_rng(7), rng(seed);
  std::vector<double> centres(8 * d);
  for (double &c : centres) c = centres_rng.normal();
  Matrix x{n, d, std::vector<float>(n * d)};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t cluster = rng.below(8);
    const double spread = std::exp(0.4 * rng.normal());
    for (std::size_t k = 0; k < d; ++k) {
      double value = centres[cluster * d + k] + spread * rng.normal();
      if (problem.shape == Shape::constant && k % 2 == 0) value = k % 4 == 0 ? 0 : -3.7;
      if (problem.shape == Shape::ratings) {
        value = std::round(std::fmin(5, std::fmax(0, 2 * value)));
      }
      if (problem.shape == Shape::offset) value += 300;
      x.row(i)[k] = static_cast<float>(value);
    }
  }
  if (problem.shape == Shape::duplicates) {
    for (std::size_t i = n / 5 + 1; i < n; ++i) {
      const float *from = x.row(rng.below(n / 5 + 1));
      for (std::size_t k = 0; k < d; ++k) x.row(i)[k] = from[k];
    }
  }
  return x;
}

inline double svm_gamma(const SvmProblem &problem, const Matrix &x) {
  // The mean squared distance of all pairs is twice the summed variance of the columns.
  double distance = 0;
  for (std::size_t k = 0; k < x.cols; ++k) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto value = static_cast<double>(x.row(i)[k] - x.row(0)[k]);
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(x.rows);
    distance += 2 * (squares / n - sum / n * (sum / n));
  }
  return std::pow(10, problem.decades) / distance;
}

// Small enough for every run; nu .001 to .5, gamma over six decades.
inline std::vector<SvmProblem> small_svm_problems() {
  using enum Shape;
  return {{50, 1, 0.5, 0, clusters},       {200, 2, 0.1, -3, clusters},
          {200, 2, 0.1, 3, clusters},      {300, 64, 0.05, 0, clusters},
          {500, 5, 0.5, 1, duplicates},    {500, 5, 0.01, 0, duplicates},
          {1000, 10, 0.001, 0, clusters},  {1000, 10, 0.001, -2, duplicates},
          {1000, 30, 0.1, 2, constant},    {1500, 30, 0.2, 0, constant},
          {1500, 3, 0.3, 0, ratings},      {1500, 8, 0.05, 1, ratings},
          {2000, 20, 0.05, -1, offset},    {2000, 20, 0.05, 1, offset},
          {2000, 64, 0.003, -3, clusters}, {2000, 64, 0.003, 3, clusters},
          {2500, 30, 0.5, -2, clusters},   {2500, 12, 0.1, 2, duplicates},
          {3000, 30, 0.05, 0, clusters},   {3000, 16, 0.5, 0, constant},
          {4000, 30, 0.03, 0.5, ratings},  {5000, 30, 0.02, -1, duplicates}};
}

// For the sweep: up to 50,000 rows. LIBSVM takes minutes.
inline std::vector<SvmProblem> large_svm_problems() {
  using enum Shape;
  return {{50000, 30, 0.05, 0, clusters},  {50000, 64, 0.01, -1, clusters},
          {50000, 8, 0.5, -3, clusters},   {50000, 20, 0.001, 0, clusters},
          {50000, 12, 0.1, 0, duplicates}, {30000, 30, 0.02, 1, ratings},
          {20000, 30, 0.2, -2, constant},  {8000, 20, 0.1, 3, offset}};
}

}  // namespace recveil::support
