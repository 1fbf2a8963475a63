// The least squares problem of one row of a factorization when the other side is fixed: one user
// against the item factors, or one item against the user factors.
#pragma once

#include <cstdint>
#include <span>

#include "numerics/ridge.h"

namespace recveil::recommend {

// What a factorization minimizes over x_u, y_i in R^d (users U, items I, I_u the history of u, U_i
// the users of i, w1 and w0 the two weights, lambda and nu regularization and its exponent):
//   L = sum_u sum_{i in I_u} w1 (1 - x_u.y_i)^2 + sum_u sum_{i not in I_u} w0 (x_u.y_i)^2
//       + sum_u lambda_u |x_u|^2 + sum_i lambda_i |y_i|^2,
//   lambda_u = lambda (w1 |I_u| + w0 (|I| - |I_u|))^nu, lambda_i the same with U_i and U.
// Hu, Koren and Volinsky (ICDM'08), eq. 3, with confidence c = 1 + alpha for a binary r: w1 = 1 +
// alpha, w0 = 1, nu = 0. Rendle et al. (RecSys'22, "Revisiting the performance of iALS"), whose
// unobserved weight alpha_0 counts for observed pairs too: w1 = 1 + alpha_0, w0 = alpha_0 and
// lambda = (1 + alpha_0) times theirs is the same problem, with L and the product x_u.y_i scaled
// by constants. The defaults are the best of 20 settings by NDCG@10 (99 negatives, d = 64) of the
// item before the last of MovieLens 1M, the last one left out altogether.
struct SquaredLoss {
  double observed_weight = 1;            // w1, above 0 and at least w0
  double unobserved_weight = 0.2;        // w0, at least 0
  double regularization = 0.005;         // lambda, above 0
  double regularization_exponent = 1.0;  // nu
};

// Solves rows against one fixed side. Keeps a reference to `fixed`. const calls from any thread.
class RowSolver {
 public:
  // Takes the Gram matrix of `fixed` (n x d): O(n d^2).
  RowSolver(const Matrix &fixed, const SquaredLoss &loss);

  // out (d values) = argmin_x of the part of L that belongs to one row:
  //   (w0 Y^T Y + (w1 - w0) sum_{i in history} y_i y_i^T + lambda_u I) x = w1 sum y_i,
  // and 0 for an empty history. history: rows of `fixed`, without duplicates; its order changes
  // rounding only. Does not allocate for d up to 128. O(|history| d^2 + d^3), or O(|history| d +
  // d^2) where w1 = w0: then all rows have one system, factorized beforehand. Throws Error(data)
  // where lambda_u is too small compared with the rest for single precision.
  void solve(std::span<const std::uint32_t> history, numerics::RidgeScratch &scratch,
             std::span<float> out) const;

  const Matrix &gram() const { return gram_; }

 private:
  bool one_system() const { return loss_.observed_weight == loss_.unobserved_weight; }
  void start_system(std::size_t history, Matrix &system) const;

  const Matrix &fixed_;
  SquaredLoss loss_;
  Matrix gram_;
  Matrix factor_;  // of the one system, or empty
};

}  // namespace recveil::recommend
