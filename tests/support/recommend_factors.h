// Slow twins of the factor models: the loss and the least squares problem of a row, written out
// over all pairs, dense and in double.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/interactions.h"
#include "core/matrix.h"
#include "core/random.h"
#include "recommend/row_solver.h"
#include "support/recommend_slow.h"

namespace recveil::support {

using DenseRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Eigen::Index at(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

inline DenseRows dense(const Matrix &f) {
  const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> view(
      f.data.data(), at(f.rows), at(f.cols));
  return view.cast<double>();
}

// Standard normal entries.
inline Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Rng rng(seed);
  Matrix out{rows, cols, std::vector<float>(rows * cols)};
  for (float &value : out.data) value = static_cast<float>(rng.normal());
  return out;
}

// The binary matrix, users x items.
inline DenseRows dense(const Interactions &rows) {
  DenseRows x = DenseRows::Zero(at(rows.n_users()), at(rows.n_items));
  for (std::size_t user = 0; user < rows.n_users(); ++user) {
    for (const std::uint32_t item : rows.row(user)) x(at(user), at(item)) = 1;
  }
  return x;
}

// lambda_u of a row of 0 and 1: the total weight of its pairs, to the power of nu.
inline double slow_lambda(const Eigen::VectorXd &row, const recommend::SquaredLoss &loss) {
  double total = 0;
  for (const double value : row)
    total += value == 1 ? loss.observed_weight : loss.unobserved_weight;
  return loss.regularization * std::pow(total, loss.regularization_exponent);
}

// L. x: users x items, 0 or 1.
inline double slow_loss(const DenseRows &x, const DenseRows &users, const DenseRows &items,
                        const recommend::SquaredLoss &loss) {
  double sum = 0;
  for (Eigen::Index u = 0; u < x.rows(); ++u) {
    for (Eigen::Index i = 0; i < x.cols(); ++i) {
      const double error = x(u, i) - users.row(u).dot(items.row(i));
      sum += (x(u, i) == 1 ? loss.observed_weight : loss.unobserved_weight) * error * error;
    }
    sum += slow_lambda(x.row(u), loss) * users.row(u).squaredNorm();
  }
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    sum += slow_lambda(x.col(i), loss) * items.row(i).squaredNorm();
  }
  return sum;
}

// argmin_x sum_i w_i (r_i - y_i.x)^2 + lambda |x|^2 by its normal equations, with all n weights.
inline Eigen::VectorXd slow_row(const DenseRows &y, const Eigen::VectorXd &row,
                                const recommend::SquaredLoss &loss) {
  Eigen::VectorXd weight(row.size());
  for (Eigen::Index i = 0; i < row.size(); ++i) {
    weight[i] = row[i] == 1 ? loss.observed_weight : loss.unobserved_weight;
  }
  Eigen::MatrixXd system = y.transpose() * weight.asDiagonal() * y;
  system.diagonal().array() += slow_lambda(row, loss);
  return system.fullPivLu().solve(y.transpose() * weight.cwiseProduct(row));
}

}  // namespace recveil::support
