#include "recommend/row_solver.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace recveil::recommend {

RowSolver::RowSolver(const Matrix &fixed, const SquaredLoss &loss)
    : fixed_(fixed), loss_(loss), gram_(numerics::gram(fixed)) {
  if (!one_system() || fixed.rows == 0) return;  // no rows: every history is empty
  factor_ = gram_;
  start_system(0, factor_);
  numerics::factorize(factor_);
}

// system = w0 G + lambda_u I for a history of that length.
void RowSolver::start_system(std::size_t history, Matrix &system) const {
  const auto weight = static_cast<float>(loss_.unobserved_weight);
  for (std::size_t k = 0; k < gram_.data.size(); ++k) system.data[k] = weight * gram_.data[k];

  const auto observed = static_cast<double>(history);
  const double unobserved = static_cast<double>(fixed_.rows) - observed;
  const double total = loss_.observed_weight * observed + loss_.unobserved_weight * unobserved;
  const double lambda = loss_.regularization * std::pow(total, loss_.regularization_exponent);
  for (std::size_t c = 0; c < system.cols; ++c) system.row(c)[c] += static_cast<float>(lambda);
}

void RowSolver::solve(std::span<const std::uint32_t> history, numerics::RidgeScratch &scratch,
                      std::span<float> out) const {
  numerics::sum_rows(fixed_, history, static_cast<float>(loss_.observed_weight), out);
  if (history.empty()) return;
  if (one_system()) return numerics::solve(factor_, out);
  start_system(history.size(), scratch.system);
  const double extra = loss_.observed_weight - loss_.unobserved_weight;
  numerics::add_outer_products(fixed_, history, static_cast<float>(extra), scratch);
  numerics::factorize(scratch.system);
  numerics::solve(scratch.system, out);
}

}  // namespace recveil::recommend
