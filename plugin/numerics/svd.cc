#include "numerics/svd.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace recveil::numerics {
namespace {

// Row-major, so that one interaction adds one contiguous row to another.
using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// More columns than asked for catch what the start missed (Halko et al., section 4.3).
constexpr std::size_t kOversampling = 10;
constexpr int kPowerSteps = 6;

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

// X Q: users x m.
Block times(const Interactions &x, const Block &q) {
  Block y = Block::Zero(index(x.n_users()), q.cols());
  for (std::size_t u = 0; u < x.n_users(); ++u) {
    for (const std::uint32_t item : x.row(u)) y.row(index(u)) += q.row(index(item));
  }
  return y;
}

// X^T Y: items x m.
Block transpose_times(const Interactions &x, const Block &y) {
  Block z = Block::Zero(index(x.n_items), y.cols());
  for (std::size_t u = 0; u < x.n_users(); ++u) {
    for (const std::uint32_t item : x.row(u)) z.row(index(item)) += y.row(index(u));
  }
  return z;
}

// An orthonormal basis of the range of z, with as many columns. REQUIRES: rows >= columns.
Block orthonormal(const Block &z) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(z);
  return qr.householderQ() * Eigen::MatrixXd::Identity(z.rows(), z.cols());
}

}  // namespace

Matrix item_vectors(const Interactions &matrix, std::size_t d, std::uint64_t seed) {
  Matrix vectors{matrix.n_items, d, std::vector<float>(std::size_t{matrix.n_items} * d)};
  const std::size_t shorter = std::min<std::size_t>(matrix.n_users(), matrix.n_items);
  if (d == 0 || matrix.size() == 0) return vectors;

  const std::size_t m = std::min(d + kOversampling, shorter);
  Rng rng(seed);
  Block q(index(matrix.n_items), index(m));
  for (Eigen::Index i = 0; i < q.size(); ++i) q.data()[i] = rng.normal();
  for (int step = 0; step < kPowerSteps; ++step) {
    q = orthonormal(transpose_times(matrix, times(matrix, q)));
  }

  // X Q = P R and R = U S W^T, so that X ~ (P U) S (Q W)^T. Decomposing R, not the Gram matrix of
  // X Q, keeps the small singular values exact.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(times(matrix, q));
  const Eigen::MatrixXd r =
      qr.matrixQR().topRows(index(m)).triangularView<Eigen::Upper>().toDenseMatrix();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(r, Eigen::ComputeFullV);
  const Eigen::MatrixXd v = q * svd.matrixV();
  const Eigen::VectorXd &s = svd.singularValues();

  std::vector<std::uint8_t> seen(matrix.n_items, 0);
  for (const std::uint32_t item : matrix.items) seen[item] = 1;
  const double longer = static_cast<double>(std::max<std::size_t>(matrix.n_users(), seen.size()));
  const double zero = s[0] * longer * std::numeric_limits<double>::epsilon();
  for (std::size_t c = 0; c < std::min(d, m) && s[index(c)] > zero; ++c) {
    // The sign of a singular vector is free: its largest entry is made positive.
    Eigen::Index largest = 0;
    v.col(index(c)).cwiseAbs().maxCoeff(&largest);
    const double scale = std::copysign(std::sqrt(s[index(c)]), v(largest, index(c)));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      // Items nobody has are 0 but for rounding; callers tell them by an exact 0.
      if (seen[i] != 0) vectors.row(i)[c] = static_cast<float>(scale * v(index(i), index(c)));
    }
  }
  return vectors;
}

}  // namespace recveil::numerics
