// Rows as a shop has them: many people with the same short history, hence with the same row, and
// slow twins of what groups them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/random.h"
#include "defense/erase/cells.h"
#include "support/erase_rows.h"

namespace recveil::support {

// n people of two classes. A share of them has one of `atoms` rows, where class 1 is more frequent
// the higher the number of the atom; the others have a row of their own. blur: relative noise of
// the shared rows (0: equal bits).
inline ErasureRows shop_rows(std::size_t n, std::size_t d, std::size_t atoms, double shared,
                             double blur, std::uint64_t seed) {
  Rng rng(seed, 0x73686f70);
  ErasureRows out{n, d, std::vector<float>(n * d), {std::vector<std::int32_t>(n)}, {2}};
  std::vector<double> centre(atoms * d);
  for (double &value : centre) value = rng.normal();
  for (std::size_t i = 0; i < n; ++i) {
    if (rng.uniform() < shared) {
      const std::size_t a = rng.below(atoms);
      out.classes[0][i] =
          rng.uniform() < 0.1 + 0.8 * static_cast<double>(a) / static_cast<double>(atoms) ? 1 : 0;
      for (std::size_t c = 0; c < d; ++c) {
        out.data[i * d + c] = static_cast<float>(centre[a * d + c] * 0.3 *
                                                 (1 + (blur > 0 ? blur * rng.normal() : 0)));
      }
    } else {
      const std::int32_t k = rng.uniform() < 0.5 ? 1 : 0;
      out.classes[0][i] = k;
      for (std::size_t c = 0; c < d; ++c) {
        out.data[i * d + c] = static_cast<float>(2 * rng.normal() + (c == 0 ? 0.8 * k : 0));
      }
    }
  }
  return out;
}

// share_rows() by all pairs of rows. Cells are numbered in the order they were made; their rows are
// left out.
inline std::vector<std::int32_t> slow_cells(const defense::Embeddings &rows,
                                            const defense::SharedRowsOptions &options) {
  const std::size_t n = rows.rows, d = rows.d();
  std::vector<std::vector<double>> at(n, std::vector<double>(d + 1));
  for (std::size_t i = 0; i < n; ++i) {
    double square = 0;
    for (std::size_t c = 0; c < d; ++c) square += std::pow(static_cast<double>(rows.row(i)[c]), 2);
    for (std::size_t c = 0; c < d; ++c) {
      at[i][c] = static_cast<double>(rows.row(i)[c]) / std::sqrt(square);
    }
    at[i][d] = std::log(square) / 2;
  }
  const auto near = [&](std::size_t a, std::size_t b) {
    double square = 0;
    for (std::size_t c = 0; c <= d; ++c) square += std::pow(at[a][c] - at[b][c], 2);
    return square <= options.radius * options.radius;
  };
  std::vector<std::size_t> around(n), order(n);
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) around[a] += near(a, b) ? 1U : 0U;
  }
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return around[a] > around[b]; });
  std::vector<std::int32_t> cell(n, -1);
  std::vector<std::vector<double>> means;
  const auto put = [&](const std::vector<std::size_t> &members) {
    for (const std::size_t b : members) cell[b] = static_cast<std::int32_t>(means.size());
    std::vector<double> mean(d + 1);
    for (const std::size_t b : members) {
      for (std::size_t c = 0; c < d; ++c) mean[c] += static_cast<double>(rows.row(b)[c]);
    }
    double square = 0;
    for (std::size_t c = 0; c < d; ++c) square += mean[c] * mean[c];
    const double length = std::sqrt(square);
    for (std::size_t c = 0; c < d; ++c) mean[c] /= length;
    mean[d] = std::log(length / static_cast<double>(members.size()));
    means.push_back(mean);
  };
  std::vector<std::vector<std::size_t>> small;  // the leader first
  for (const std::size_t a : order) {
    if (cell[a] != -1) continue;
    std::vector<std::size_t> members{a};
    for (std::size_t b = 0; b < n; ++b) {
      if (b != a && cell[b] == -1 && near(a, b)) members.push_back(b);
    }
    if (members.size() < 2) continue;
    for (const std::size_t b : members) cell[b] = -2;
    if (members.size() >= options.n_code) {
      put(members);
    } else {
      small.push_back(members);
    }
  }
  std::stable_sort(small.begin(), small.end(),
                   [](const auto &a, const auto &b) { return a.size() > b.size(); });
  const auto cost = [&](std::size_t a, std::size_t b) {
    double with = 0;
    for (std::size_t c = 0; c < d; ++c) with += at[a][c] * at[b][c];
    return 1 - with + 0.05 * std::abs(at[a][d] - at[b][d]);
  };
  while (!small.empty()) {
    std::vector<std::size_t> members = small.front();
    small.erase(small.begin());
    while (members.size() < options.n_code && !small.empty()) {
      const auto next =
          std::min_element(small.begin(), small.end(), [&](const auto &a, const auto &b) {
            return cost(members.front(), a.front()) < cost(members.front(), b.front());
          });
      members.insert(members.end(), next->begin(), next->end());
      small.erase(next);
    }
    if (members.size() >= options.n_code) put(members);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (cell[i] != -2) continue;
    double least = 1e300;
    for (std::size_t m = 0; m < means.size(); ++m) {
      double square = 0;
      for (std::size_t c = 0; c <= d; ++c) square += std::pow(at[i][c] - means[m][c], 2);
      if (square < least) {
        least = square;
        cell[i] = static_cast<std::int32_t>(m);
      }
    }
    if (means.empty()) cell[i] = -1;
  }
  return cell;
}

}  // namespace recveil::support
