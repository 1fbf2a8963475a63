// A symmetric matrix that is seen through white noise: eigenvectors are kept, eigenvalues moved to
// where they were on average before the noise (the rotation-invariant estimator of Bun, Allez,
// Bouchaud and Potters, IEEE Trans. Inf. Theory 62, 2016). It looks at the noisy matrix alone, so
// it costs no privacy.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::defense {

// sd: of the noise off the diagonal; on it sqrt 2 times that. values: n eigenvalues of the noisy
// matrix. What is left of each of them, at least 0. O(n^2).
std::vector<double> denoised(std::span<const double> values, double sd);

// The eigenvalue that noise alone reaches, 2 sd sqrt n: what is below it is not told from noise.
double noise_edge(std::size_t n, double sd);

struct PrivateModel {
  Matrix factors;           // n x k: V_k sqrt(x_k), most important factor first
  double regularization;    // of the fold-in, in which every pair has weight 1 (w0 = w1 = 1)
  std::size_t n_above = 0;  // eigenvalues above the edge. Fewer than a few: noise is all there is
};

// Item factors from a noisy Gram matrix (n x n, both triangles) whose noise has this sd. The ridge
// is the edge, at least `least_ridge`. done: is told the share of the work that is done.
// REQUIRES: 1 <= k <= n. O(n^3).
PrivateModel private_factors(const std::vector<double> &noisy, std::size_t n, std::size_t k,
                             double sd, double least_ridge,
                             const std::function<void(double)> &done = {});

struct PrivateWeights {
  std::vector<float>
      weights;  // n x n: row j what holding item j adds to the score of each; diagonal
                // 0
  double regularization;
  std::size_t n_above = 0;
};

// EASE (Steck, WWW'19) of what is left of the matrix: -P / diag(P), P = (G + ridge)^-1. The ridge
// is a third of the edge, at least `least_ridge`. O(n^3).
PrivateWeights private_weights(const std::vector<double> &noisy, std::size_t n, double sd,
                               double least_ridge, const std::function<void(double)> &done = {});

}  // namespace recveil::defense
