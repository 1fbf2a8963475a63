#include "numerics/subspace.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace recveil::numerics {
namespace {

// More columns than asked for catch what the start missed (Halko et al., section 4.3).
constexpr std::size_t kOversampling = 10;
constexpr int kPowerSteps = 6;

// An orthonormal basis of the range of z, with as many columns. REQUIRES: rows >= columns.
Block orthonormal(const Block &z) {
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(z);
  return qr.householderQ() * Eigen::MatrixXd::Identity(z.rows(), z.cols());
}

}  // namespace

RightSingular right_singular(const LinearOperator &x, std::size_t d, std::uint64_t seed) {
  const auto m = static_cast<Eigen::Index>(std::min({d + kOversampling, x.rows, x.cols}));
  Rng rng(seed);
  Block q(static_cast<Eigen::Index>(x.cols), m);
  for (Eigen::Index i = 0; i < q.size(); ++i) q.data()[i] = rng.normal();
  for (int step = 0; step < kPowerSteps; ++step) q = orthonormal(x.transpose_times(x.times(q)));

  // X Q = P R and R = U S W^T, so that X ~ (P U) S (Q W)^T. Decomposing R, not the Gram matrix of
  // X Q, keeps the small singular values exact.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(x.times(q));
  const Eigen::MatrixXd r = qr.matrixQR().topRows(m).triangularView<Eigen::Upper>().toDenseMatrix();
  // By Jacobi rotations and without a preconditioner, which a square matrix does not need: Eigen's
  // others free a part twice where memory runs out while they grow it (3.4, JacobiSVD.h), and this
  // runs inside of hosts.
  const Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::NoQRPreconditioner> svd(r, Eigen::ComputeFullV);
  const double longer = static_cast<double>(std::max(x.rows, x.cols));
  const double zero = svd.singularValues()[0] * longer * std::numeric_limits<double>::epsilon();
  return {q * svd.matrixV(), svd.singularValues(), zero};
}

double fixed_sign(const Eigen::Ref<const Eigen::VectorXd> &v) {
  Eigen::Index largest = 0;
  v.cwiseAbs().maxCoeff(&largest);
  return std::copysign(1.0, v[largest]);
}

}  // namespace recveil::numerics
