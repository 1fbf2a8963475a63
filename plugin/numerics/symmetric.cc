#include "numerics/symmetric.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::numerics {
namespace {

using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Solver = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;

Eigen::Map<const Dense> view(const SquareMatrix &s, std::size_t d) {
  return {s.data(), static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d)};
}

SquareMatrix copied(const Dense &m) {
  return {m.data(), m.data() + m.size()};
}

struct Roots {
  Dense root, inverse;
};

// The one place that decomposes: instantiations of the solver are what takes long to compile. Not
// for matrices of thousands of rows (numerics/spectrum.h), because nothing can stop it.
Solver decomposed(const Dense &s) {
  pulse();
  if (!(s.trace() > 0) || !std::isfinite(s.trace())) {
    throw Error(Status::data, "covariance: no variance, or a value that is not finite");
  }
  return Solver(s);
}

Roots roots_of(const Dense &s, double floor) {
  const Solver solver = decomposed(s);
  const double least = floor * s.trace() / static_cast<double>(s.rows());
  const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(least).cwiseSqrt();
  const Eigen::MatrixXd &v = solver.eigenvectors();
  return {v * values.asDiagonal() * v.transpose(),
          v * values.cwiseInverse().asDiagonal() * v.transpose()};
}

Dense root_of(const Dense &s) {
  const Solver solver = decomposed(s);
  const Eigen::MatrixXd &v = solver.eigenvectors();
  return v * solver.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() * v.transpose();
}

constexpr double kFloor = 1e-12;

}  // namespace

void mirror_upper(std::span<double> s, std::size_t d) {
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i + 1; j < d; ++j) s[j * d + i] = s[i * d + j];
  }
}

SquareMatrix product(const SquareMatrix &a, const SquareMatrix &b, std::size_t d) {
  return copied(view(a, d) * view(b, d));
}

SquareMatrix sandwich(const SquareMatrix &a, const SquareMatrix &b, std::size_t d) {
  return copied(view(a, d) * view(b, d) * view(a, d));
}

SymmetricRoots symmetric_roots(const SquareMatrix &s, std::size_t d, double floor) {
  const Roots roots = roots_of(view(s, d), floor);
  return {copied(roots.root), copied(roots.inverse)};
}

std::optional<LogDet> log_det(const SquareMatrix &s, std::size_t d) {
  const Eigen::LLT<Dense> llt(view(s, d));
  if (llt.info() != Eigen::Success) return std::nullopt;
  double value = 0;
  for (Eigen::Index i = 0; i < static_cast<Eigen::Index>(d); ++i) {
    value += 2 * std::log(llt.matrixLLT()(i, i));
  }
  if (!std::isfinite(value)) return std::nullopt;
  const auto size = static_cast<Eigen::Index>(d);
  return LogDet{value, copied(llt.solve(Dense::Identity(size, size)))};
}

SquareMatrix bures_barycentre(std::span<const SquareMatrix> covariances,
                              std::span<const double> weights, std::size_t d, std::size_t steps,
                              double tolerance) {
  const auto size = static_cast<Eigen::Index>(d);
  Dense s = Dense::Zero(size, size);
  for (std::size_t k = 0; k < covariances.size(); ++k) s += weights[k] * view(covariances[k], d);
  for (std::size_t step = 0; step < steps; ++step) {
    const Roots roots = roots_of(s, kFloor);
    Dense mean = Dense::Zero(size, size);
    for (std::size_t k = 0; k < covariances.size(); ++k) {
      if (weights[k] == 0) continue;
      pulse();
      mean += weights[k] * root_of(roots.root * view(covariances[k], d) * roots.root);
    }
    const Dense next = roots.inverse * mean * mean * roots.inverse;
    const double moved = (next - s).cwiseAbs().maxCoeff();
    s = (next + next.transpose()) / 2;
    if (moved <= tolerance * s.cwiseAbs().maxCoeff()) break;
  }
  return copied(s);
}

SquareMatrix symmetric_log(const SquareMatrix &s, std::size_t d, double floor) {
  const Solver solver = decomposed(view(s, d));
  const double least = floor * view(s, d).trace() / static_cast<double>(d);
  const Eigen::MatrixXd &v = solver.eigenvectors();
  const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(least).array().log();
  return copied(v * values.asDiagonal() * v.transpose());
}

SquareMatrix symmetric_exp(const SquareMatrix &s, std::size_t d) {
  pulse();
  const Solver solver(view(s, d));
  const Eigen::MatrixXd &v = solver.eigenvectors();
  const Eigen::VectorXd values = solver.eigenvalues().array().exp();
  return copied(v * values.asDiagonal() * v.transpose());
}

SquareMatrix transport_matrix(const SquareMatrix &c, const SquareMatrix &s, std::size_t d) {
  const Dense from = view(c, d), to = view(s, d);
  const Eigen::LLT<Dense> llt(from);
  // A direction without variance is left to the roots, which have a floor.
  const double least = kFloor * from.trace() / static_cast<double>(d);
  if (llt.info() == Eigen::Success && llt.matrixLLT().diagonal().cwiseAbs2().minCoeff() > least) {
    // The same A of C = L L': A C A = S, and A is symmetric.
    const Dense l = llt.matrixL();
    const Dense half = llt.matrixU().solve(root_of(l.transpose() * to * l));
    return copied(llt.matrixU().solve(half.transpose()));
  }
  const Roots roots = roots_of(from, kFloor);
  return copied(roots.inverse * root_of(roots.root * to * roots.root) * roots.inverse);
}

double ledoit_wolf(const SquareMatrix &s, std::size_t d, double n, double scale) {
  if (n < 4) return 1;
  const auto m = view(s, d);
  const double trace = m.trace(), squares = m.squaredNorm();
  const double noise = (trace * trace + squares) / n;
  const double distance = squares - 2 * scale * trace + scale * scale * static_cast<double>(d);
  return distance > noise ? noise / distance : 1;
}

SquareMatrix left_basis(std::span<const double> w, std::size_t d, std::size_t m) {
  const Eigen::Map<const Dense> columns(w.data(), static_cast<Eigen::Index>(d),
                                        static_cast<Eigen::Index>(m));
  const Solver solver = decomposed(columns * columns.transpose());
  return copied(solver.eigenvectors().rowwise().reverse());
}

}  // namespace recveil::numerics
