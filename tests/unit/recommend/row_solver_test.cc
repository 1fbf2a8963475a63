#include "recommend/row_solver.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "recommend/transpose.h"
#include "support/recommend_factors.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::at;
using support::dense;
using support::DenseRows;
using support::random_matrix;

// Scaled by frequency; Hu et al.; only observed pairs; all weights equal; a power between.
const std::vector<SquaredLoss> kLosses{
    {1, 0.1, 0.01, 1}, {5, 1, 10, 0}, {1, 0, 0.1, 1}, {1, 1, 2, 0}, {2, 0.5, 0.3, 0.5}};

Eigen::VectorXd solved(const RowSolver &solver, const Interactions &rows, std::size_t row,
                       std::size_t d) {
  numerics::RidgeScratch scratch(d);
  std::vector<float> out(d, 7);
  solver.solve(rows.row(row), scratch, out);
  return Eigen::Map<Eigen::VectorXf>(out.data(), at(d)).cast<double>();
}

// Systems here have a condition number below 10^3, in double the expected value is exact, and float
// has 6e-8: 1e-3 is far above the rounding, and far below what a wrong weight does.
TEST(RowSolver, AgreesWithTheDefinition) {
  for (const std::size_t d : {1u, 5u, 16u, 60u}) {  // 60: more than there are items
    const Interactions rows = support::random_interactions({.users = 30}, d);
    const DenseRows x = dense(rows);
    const Matrix items = random_matrix(rows.n_items, d, d);
    for (const SquaredLoss &loss : kLosses) {
      const RowSolver solver(items, loss);
      for (std::size_t user = 0; user < rows.n_users(); ++user) {
        const Eigen::VectorXd expected = support::slow_row(dense(items), x.row(at(user)), loss);
        ASSERT_LE((solved(solver, rows, user, d) - expected).norm(), 1e-3 * expected.norm())
            << "d " << d << " user " << user << " w0 " << loss.unobserved_weight;
      }
    }
  }
}

// L is quadratic in the factors of one side, so its central difference is its derivative but for
// rounding. At random rows it is of the size of L (here above 100); after a half step it vanishes.
TEST(RowSolver, GradientOfTheLossVanishesAfterEachHalfStep) {
  constexpr std::size_t kFactors = 6;
  const Interactions rows = support::random_interactions({.users = 25, .items = 20}, 1);
  const Interactions columns = transpose(rows);
  const DenseRows x = dense(rows);
  for (const SquaredLoss &loss : kLosses) {
    DenseRows users = dense(random_matrix(25, kFactors, 1));
    DenseRows items = dense(random_matrix(20, kFactors, 2));
    const auto largest_slope = [&](DenseRows &side) {
      double largest = 0;
      for (Eigen::Index k = 0; k < side.size(); ++k) {
        const double here = side.data()[k];
        side.data()[k] = here + 0.01;
        const double above = support::slow_loss(x, users, items, loss);
        side.data()[k] = here - 0.01;
        const double below = support::slow_loss(x, users, items, loss);
        side.data()[k] = here;
        largest = std::max(largest, std::abs(above - below) / 0.02);
      }
      return largest;
    };
    EXPECT_GT(largest_slope(users), 10);
    const Matrix fixed_items = random_matrix(20, kFactors, 2);  // `items`, in float
    const RowSolver user_step(fixed_items, loss);
    for (std::size_t u = 0; u < 25; ++u) users.row(at(u)) = solved(user_step, rows, u, kFactors);
    EXPECT_LT(largest_slope(users), 1e-3);

    const Matrix fixed_users = random_matrix(25, kFactors, 3);
    users = dense(fixed_users);
    EXPECT_GT(largest_slope(items), 10);
    const RowSolver item_step(fixed_users, loss);
    for (std::size_t i = 0; i < 20; ++i) items.row(at(i)) = solved(item_step, columns, i, kFactors);
    EXPECT_LT(largest_slope(items), 1e-3);
  }
}

TEST(RowSolver, EmptyHistoryIsZero) {
  const Matrix items = random_matrix(9, 4, 1);
  for (const SquaredLoss &loss : kLosses) {
    numerics::RidgeScratch scratch(4);
    std::vector<float> out(4, 7);
    RowSolver(items, loss).solve({}, scratch, out);
    EXPECT_EQ(out, std::vector<float>(4, 0));
  }
}

// The comment of SquaredLoss says that these are the same problem: L_Rendle = t^2 L + constant with
// factors scaled by sqrt(t), t = 1 / (1 + alpha_0).
TEST(SquaredLossTest, HoldsThePapersObjectives) {
  const Interactions rows = support::random_interactions({.users = 12, .items = 15}, 2);
  const DenseRows x = dense(rows);
  const DenseRows w = dense(random_matrix(12, 3, 1)), h = dense(random_matrix(15, 3, 2));
  const double alpha0 = 0.3, lambda = 0.02, nu = 0.7, alpha = 4;
  double rendle = 0, hu = 0;
  for (Eigen::Index u = 0; u < 12; ++u) {
    for (Eigen::Index i = 0; i < 15; ++i) {
      const double score = w.row(u).dot(h.row(i));
      if (x(u, i) == 1) rendle += (score - 1) * (score - 1);
      rendle += alpha0 * score * score;
      hu += (1 + alpha * x(u, i)) * (x(u, i) - score) * (x(u, i) - score);
    }
    rendle += lambda * std::pow(x.row(u).sum() + alpha0 * 15, nu) * w.row(u).squaredNorm();
    hu += 10 * w.row(u).squaredNorm();
  }
  for (Eigen::Index i = 0; i < 15; ++i) {
    rendle += lambda * std::pow(x.col(i).sum() + alpha0 * 12, nu) * h.row(i).squaredNorm();
    hu += 10 * h.row(i).squaredNorm();
  }
  EXPECT_NEAR(support::slow_loss(x, w, h, {1 + alpha, 1, 10, 0}), hu, 1e-9 * hu);

  const double t = 1 / (1 + alpha0);
  const SquaredLoss same{1 + alpha0, alpha0, lambda * (1 + alpha0), nu};
  const double scaled = support::slow_loss(x, w / std::sqrt(t), h / std::sqrt(t), same);
  EXPECT_NEAR(t * t * scaled + (1 - t) * x.sum(), rendle, 1e-9 * rendle);
}

}  // namespace
}  // namespace recveil::recommend
