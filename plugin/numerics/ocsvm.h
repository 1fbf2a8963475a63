// The one-class SVM of Schoelkopf et al. (Neural Computation 13, 2001) with the RBF kernel, as
// Hidano et al. (PETS'20) use it to find injected accounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "numerics/weighted_points.h"

namespace recveil::numerics {

struct OneClassOptions {
  double nu = 0.003;  // (0, 1]: at most this share of the training rows is outside
  double gamma = 1;   // of K(x, y) = exp(-gamma |x - y|^2), 1e-30 to 1e30; see gram_gamma.h
  double eps = 1e-3;  // largest violation left, in units of the decision; that of LIBSVM
  std::size_t cache_bytes = 100u << 20;  // limit of the kernel cache; at least two rows are held
};

// Immutable and safe from any thread.
class OneClassSvm {
 public:
  // Of parts, as from a file: support vectors (rows), one alpha each, gamma and rho. Throws
  // Error(Status::argument) for another number of alphas than rows, for no columns, for values that
  // are not finite and for gamma out of range.
  OneClassSvm(Matrix support, std::vector<double> alpha, double gamma, double rho);

  // decision[q] = sum alpha K(support, row q of x) - rho for every row; below 0 is outside. Sums of
  // alpha are nu n, as in LIBSVM, not 1. About 1 ns a support vector and row for d = 30 with
  // AVX-512. Throws Error(Status::argument) for other sizes than x.rows and cols().
  void decisions(const Matrix &x, std::span<double> out) const;
  double decision(std::span<const float> row) const;

  std::size_t cols() const { return support_.cols; }
  const Matrix &support() const { return support_; }
  std::span<const double> alpha() const { return alpha_; }
  double gamma() const { return gamma_; }
  double rho() const { return rho_; }

 private:
  Matrix support_;
  std::vector<double> alpha_;
  double gamma_, rho_;
  WeightedPoints sum_;
};

struct TrainedOneClass {
  OneClassSvm svm;
  std::vector<std::uint32_t> support_rows;  // of x, rising; row i of svm.support()
  double gap;  // largest violation left, at eps or above only where 10^7 pairs did not suffice
  std::uint64_t iterations;
};

// One thread. The decision function is unique, and so is rho but where no support vector is
// strictly between the bounds; alpha is not where rows repeat. Deterministic for one instruction
// set. A small problem of a sample of the rows, itself started so, tells which rows will be support
// vectors; the sum over those for all n rows, about 1 ns * nu * n^2 at d = 30 with AVX-512, is most
// of the cost where gamma is chosen sensibly. Holds the cache, 8 n d bytes and some 100 n bytes.
// Throws Error(Status::argument) for no rows, no columns, values that are not finite, and options
// out of range.
TrainedOneClass train_one_class(const Matrix &x, const OneClassOptions &options);

}  // namespace recveil::numerics
