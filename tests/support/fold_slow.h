// Fold-in by its definition, dense and in double, one product after the other: the slow twin of
// plugin/defense/fold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "defense/fold/model.h"

namespace recveil::support {

// A catalogue of random factors in which every fifth item has no support.
struct FoldItems {
  FoldItems(std::size_t n_items, std::size_t dim, std::uint32_t seed, double scale = 0.3)
      : stride(dim + 3), factors(n_items * stride), support(n_items) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, scale);
    for (std::size_t i = 0; i < n_items; ++i) {
      for (std::size_t c = 0; c < dim; ++c) {
        factors[i * stride + c] = static_cast<float>(normal(random));
      }
      // What lies between rows is not the library's to read.
      for (std::size_t c = dim; c < stride; ++c) {
        factors[i * stride + c] = std::numeric_limits<float>::quiet_NaN();
      }
      support[i] = i % 5 == 3 ? 0 : static_cast<std::uint32_t>(1 + i % 9);
    }
    table.items = factors.data();
    table.stride = stride;
    table.d = dim;
    table.catalogue = static_cast<double>(n_items);
  }
  std::size_t stride;
  std::vector<float> factors;
  std::vector<std::uint32_t> support;
  defense::FactorTable table;  // weights: the caller's
};

// n different items with support, in random order.
inline std::vector<std::uint32_t> known_history(const FoldItems &items, std::size_t n,
                                                std::uint32_t seed) {
  std::vector<std::uint32_t> all;
  for (std::size_t i = 0; i < items.support.size(); ++i) {
    if (items.support[i] > 0) all.push_back(static_cast<std::uint32_t>(i));
  }
  std::shuffle(all.begin(), all.end(), std::mt19937(seed));
  all.resize(std::min(n, all.size()));
  return all;
}

// The row of include/recveil/fold.h by Gauss with pivoting. weights: one a known item, or none.
inline std::vector<double> slow_fold_in(const FoldItems &items,
                                        std::span<const std::uint32_t> known,
                                        std::span<const float> weights = {}) {
  const defense::FactorTable &t = items.table;
  const std::size_t d = t.d;
  std::vector<std::vector<double>> a(d, std::vector<double>(d + 1));
  const auto add = [&](std::size_t item, double weight, double right) {
    const float *y = t.items + item * t.stride;
    for (std::size_t p = 0; p < d; ++p) {
      for (std::size_t q = 0; q < d; ++q) {
        a[p][q] += weight * static_cast<double>(y[p]) * static_cast<double>(y[q]);
      }
      a[p][d] += right * static_cast<double>(y[p]);
    }
  };
  for (std::size_t i = 0; i < items.support.size(); ++i) {
    const double bias = t.bias_residual ? static_cast<double>(t.bias[i]) : 0;
    if (items.support[i] > 0) add(i, t.unobserved_weight, t.unobserved_weight * (0 - bias));
  }
  const auto n = static_cast<double>(known.size());
  double observed = 0;
  for (std::size_t h = 0; h < known.size(); ++h) {
    const double weight = weights.empty() ? t.observed_weight : static_cast<double>(weights[h]);
    const double bias = t.bias_residual ? static_cast<double>(t.bias[known[h]]) : 0;
    add(known[h], weight - t.unobserved_weight,
        weight * (1 - bias) - t.unobserved_weight * (0 - bias));
    observed += weight;
  }
  const double total = t.ridge_by_count ? n : observed + t.unobserved_weight * (t.catalogue - n);
  for (std::size_t p = 0; p < d; ++p) {
    a[p][p] += t.regularization * std::pow(total, t.regularization_exponent);
  }
  for (std::size_t p = 0; p < d; ++p) {
    std::size_t best = p;
    for (std::size_t row = p; row < d; ++row) {
      if (std::abs(a[row][p]) > std::abs(a[best][p])) best = row;
    }
    std::swap(a[p], a[best]);
    for (std::size_t row = p + 1; row < d; ++row) {
      const double factor = a[row][p] / a[p][p];
      for (std::size_t q = p; q <= d; ++q) a[row][q] -= factor * a[p][q];
    }
  }
  std::vector<double> x(d);
  for (std::size_t p = d; p-- > 0;) {
    double value = a[p][d];
    for (std::size_t q = p + 1; q < d; ++q) value -= a[p][q] * x[q];
    x[p] = value / a[p][p];
  }
  return x;
}

// |a - b| / |b|
inline double relative_error(std::span<const float> a, std::span<const double> b) {
  double error = 0, length = 0;
  for (std::size_t c = 0; c < b.size(); ++c) {
    error += (static_cast<double>(a[c]) - b[c]) * (static_cast<double>(a[c]) - b[c]);
    length += b[c] * b[c];
  }
  return std::sqrt(error / length);
}

}  // namespace recveil::support
