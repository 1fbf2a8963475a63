// V sqrt(S) from a full, dense singular value decomposition by Jacobi rotations. O(n^3).
#pragma once

#include <Eigen/SVD>
#include <cstddef>
#include <cstdint>

#include "core/interactions.h"

namespace recveil::support {

struct DenseSvd {
  Eigen::VectorXd s;  // all singular values, falling
  Eigen::MatrixXd v;  // items x s.size()
};

inline DenseSvd dense_svd(const Interactions &matrix) {
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(matrix.n_users()),
                                            static_cast<Eigen::Index>(matrix.n_items));
  for (std::size_t u = 0; u < matrix.n_users(); ++u) {
    for (const std::uint32_t i : matrix.row(u)) {
      x(static_cast<Eigen::Index>(u), static_cast<Eigen::Index>(i)) = 1;
    }
  }
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.singularValues(), svd.matrixV()};
}

}  // namespace recveil::support
