// The integrity utility of Li et al., from its definition alone: a slow twin of
// attack/profile_pga.h.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "attack/profile_surrogate.h"

namespace recveil::support {

using Row = std::vector<double>;

inline double dot(const Row &a, const Row &b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

inline Row column(const attack::Factors &factors, std::size_t j) {
  const attack::Factor column = factors.col(static_cast<Eigen::Index>(j));
  return Row(column.begin(), column.end());
}

// argmin_x sum_i (y_i - x.rows_i)^2 + lambda |x|^2, by Gaussian elimination of the normal
// equations.
inline Row slow_ridge(const std::vector<Row> &rows, const Row &y, double lambda, std::size_t k) {
  std::vector<Row> a(k, Row(k + 1, 0));
  for (std::size_t r = 0; r < k; ++r) a[r][r] = lambda;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t r = 0; r < k; ++r) {
      for (std::size_t c = 0; c < k; ++c) a[r][c] += rows[i][r] * rows[i][c];
      a[r][k] += rows[i][r] * y[i];
    }
  }
  for (std::size_t p = 0; p < k; ++p) {
    for (std::size_t r = 0; r < k; ++r) {
      if (r == p) continue;
      const double times = a[r][p] / a[p][p];
      for (std::size_t c = p; c <= k; ++c) a[r][c] -= times * a[p][c];
    }
  }
  Row x(k);
  for (std::size_t r = 0; r < k; ++r) x[r] = a[r][k] / a[r][r];
  return x;
}

inline double slow_integrity(const attack::Surrogate &surrogate,
                             const attack::CentredRatings &genuine,
                             const attack::CentredRatings &fake,
                             std::span<const std::uint32_t> targets) {
  constexpr auto k = static_cast<std::size_t>(attack::kFactors);
  std::vector<Row> fakes;
  for (std::size_t f = 0; f < fake.rows.n_users(); ++f) {
    std::vector<Row> items;
    for (const std::uint32_t item : fake.rows.row(f))
      items.push_back(column(surrogate.items, item));
    const auto begin = fake.values.begin() + static_cast<std::ptrdiff_t>(fake.rows.offsets[f]);
    const auto end = fake.values.begin() + static_cast<std::ptrdiff_t>(fake.rows.offsets[f + 1]);
    fakes.push_back(slow_ridge(items, Row(begin, end), surrogate.lambda, k));
  }
  double value = 0;
  for (const std::uint32_t target : targets) {
    std::vector<Row> raters;
    Row ratings;
    const auto collect = [&](const attack::CentredRatings &side, const auto &factors_of) {
      for (std::size_t u = 0; u < side.rows.n_users(); ++u) {
        for (std::uint64_t e = side.rows.offsets[u]; e < side.rows.offsets[u + 1]; ++e) {
          if (side.rows.items[e] != target) continue;
          raters.push_back(factors_of(u));
          ratings.push_back(side.values[e]);
        }
      }
    };
    collect(genuine, [&](std::size_t u) { return column(surrogate.users, u); });
    collect(fake, [&](std::size_t f) { return fakes[f]; });
    const Row item = slow_ridge(raters, ratings, surrogate.lambda, k);
    for (std::size_t g = 0; g < genuine.rows.n_users(); ++g) {
      value += dot(column(surrogate.users, g), item);
    }
  }
  return value;
}

}  // namespace recveil::support
