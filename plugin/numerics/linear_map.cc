#include "numerics/linear_map.h"

#include <Eigen/Dense>
#include <algorithm>

namespace recveil::numerics {

std::vector<float> linear_residuals(const RowPair &rows) {
  using Table = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n = static_cast<Eigen::Index>(rows.n), d0 = static_cast<Eigen::Index>(rows.d0),
             d1 = static_cast<Eigen::Index>(rows.d1);
  std::vector<float> out(rows.to);
  if (d0 == 0) return out;
  const Eigen::Map<const Table> from(rows.from.data(), n, d0);
  Eigen::Map<Table> to(out.data(), n, d1);
  Table products = Table::Zero(d0, d0);
  products.selfadjointView<Eigen::Lower>().rankUpdate(from.transpose());
  Eigen::MatrixXd gram = products.cast<double>();
  const double scale = std::max(gram.trace() / static_cast<double>(d0), 1e-30);
  gram.diagonal().array() += 1e-6 * scale;
  const Eigen::LLT<Eigen::MatrixXd, Eigen::Lower> factor(gram);
  const Table sums = from.transpose() * to;
  const Table map = factor.solve(sums.cast<double>()).cast<float>();
  to.noalias() -= from * map;
  return out;
}

}  // namespace recveil::numerics
