// The C-SVM for two classes (Cortes and Vapnik, Machine Learning 20, 1995) with the RBF kernel, on
// the solver of the one-class SVM. An attacker of audits, not a detector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "numerics/weighted_points.h"

namespace recveil::numerics {

struct SvcOptions {
  double c = 1;       // bound of a row's alpha, above 0
  double gamma = 1;   // of K(x, y) = exp(-gamma |x - y|^2), 1e-30 to 1e30
  double eps = 1e-3;  // largest violation left, that of LIBSVM
  // Rows of class k are bounded by c n / (2 n_k), so that a rare class weighs as much as a common
  // one (scikit-learn's class_weight="balanced").
  bool balanced = false;
  std::size_t cache_bytes = 100u << 20;  // limit of the kernel cache
};

// Immutable and safe from any thread.
class Svc {
 public:
  // Trains on the rows of x with labels y, 0 or 1. One thread; deterministic for one instruction
  // set. Substituting beta_i = +-alpha_i makes the dual (equation 5) one of boxes around a linear
  // term with sum(beta) = 0, which solve_dual() takes. Throws Error(Status::argument) for labels of
  // another number than rows, one class alone, values that are not finite and options out of range.
  // O(n^2 d) where the kernel fits into the cache: about 1 s for 4,800 x 32.
  Svc(const Matrix &x, std::span<const std::uint8_t> y, const SvcOptions &options);

  // out[q] = sum beta_i K(x_i, row q) - rho; above 0 is class 1. Throws Error(Status::argument) for
  // other sizes than x.rows and the columns of training. O(support vectors * d) a row.
  void decisions(const Matrix &x, std::span<double> out) const;

  std::size_t support_vectors() const { return support_vectors_; }
  double rho() const { return rho_; }

 private:
  std::size_t cols_, support_vectors_ = 0;
  double gamma_, rho_ = 0;
  WeightedPoints sum_;
};

}  // namespace recveil::numerics
