// Per-class affine maps from class moments: optimal transport between Gaussians.
#pragma once

#include <cstdint>
#include <vector>

#include "defense/erase/class_moments.h"
#include "defense/erase/erasure_map.h"
#include "numerics/symmetric.h"

namespace recveil::defense {

// x -> target + A (x - mean), A symmetric.
struct ClassMap {
  std::vector<double> mean, target;  // d
  numerics::SquareMatrix a;          // d x d
};

struct GaussianFit {
  std::vector<ClassMap> maps;        // K
  std::vector<ClassReport> reports;  // K
  double n = 0;
  std::vector<double> mean;           // of all rows
  numerics::SquareMatrix covariance;  // of all rows, biased
};

struct GaussianOptions {
  Shrinkage shrinkage = Shrinkage::ledoit_wolf;
  double min_rows = 0;  // n_k below: pooled covariance and a James-Stein mean
  bool fluctuation = false;
  std::uint64_t seed = 1;
};

// Each class onto the Bures-Wasserstein barycentre of the classes' Gaussians (their covariances
// shrunk towards the pooled within-class one). With fluctuation, the targets' means are those that
// random groups of the classes' sizes would have: drawn with covariance (1/n_k - 1/N) C and so that
// their weighted sum is 0. Throws Error(data) where fewer than 2 classes have rows. O(K d^3).
GaussianFit fit_gaussian(const ClassMoments &moments, const GaussianOptions &options);

// The share of a mean's shift that is the class and not chance: 1 - d (1 / n - 1 / all) / length,
// at least 0, of n of all rows; length: its square, whitened by the covariance within classes.
double james_stein(double length, std::size_t d, double n, double all);

// Means, counts and the covariance alone: maps have no matrix, reports no status.
GaussianFit fit_moments_only(const ClassMoments &moments);

}  // namespace recveil::defense
