#include "numerics/svd.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "numerics/subspace.h"

namespace recveil::numerics {
namespace {

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

// X Q: users x m.
Block times(const Interactions &x, const Block &q) {
  Block y = Block::Zero(index(x.n_users()), q.cols());
  for (std::size_t u = 0; u < x.n_users(); ++u) {
    if (u % 1024 == 0) pulse();
    for (const std::uint32_t item : x.row(u)) y.row(index(u)) += q.row(index(item));
  }
  return y;
}

// X^T Y: items x m.
Block transpose_times(const Interactions &x, const Block &y) {
  Block z = Block::Zero(index(x.n_items), y.cols());
  for (std::size_t u = 0; u < x.n_users(); ++u) {
    if (u % 1024 == 0) pulse();
    for (const std::uint32_t item : x.row(u)) z.row(index(item)) += y.row(index(u));
  }
  return z;
}

}  // namespace

Matrix item_vectors(const Interactions &matrix, std::size_t d, std::uint64_t seed) {
  Matrix vectors{matrix.n_items, d, std::vector<float>(std::size_t{matrix.n_items} * d)};
  if (d == 0 || matrix.size() == 0) return vectors;

  const RightSingular svd = right_singular(
      {matrix.n_users(), matrix.n_items, [&](const Block &q) { return times(matrix, q); },
       [&](const Block &y) { return transpose_times(matrix, y); }},
      d, seed);
  std::vector<std::uint8_t> seen(matrix.n_items, 0);
  for (const std::uint32_t item : matrix.items) seen[item] = 1;
  const std::size_t columns = std::min(d, static_cast<std::size_t>(svd.s.size()));
  for (std::size_t c = 0; c < columns && svd.s[index(c)] > svd.zero; ++c) {
    const double scale = fixed_sign(svd.v.col(index(c))) * std::sqrt(svd.s[index(c)]);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      // Items nobody has are 0 but for rounding; callers tell them by an exact 0.
      if (seen[i] != 0) vectors.row(i)[c] = static_cast<float>(scale * svd.v(index(i), index(c)));
    }
  }
  return vectors;
}

}  // namespace recveil::numerics
