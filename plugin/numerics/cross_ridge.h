// Cross-fitted ridge regression: for each fold the weights that the rows of all other folds give,
// from one pass over the rows.
#pragma once

#include <cstddef>
#include <vector>

namespace recveil::numerics {

class CrossRidge {
 public:
  // The first feature is constant, and not penalized.
  CrossRidge(std::size_t features, std::size_t targets, std::size_t folds);

  // Adds n rows of a fold. x: padded_doubles(features) apart, the padding 0; t: n x targets. n
  // features^2 flops.
  void add(std::size_t fold, const double *x, const double *t, std::size_t n);

  // features x targets, row by row: the minimum of sum |t - x w|^2 + ridge |w|^2 over the rows of
  // the other folds. Throws Error(data) where there is none (ridge 0 and dependent features, or
  // values that are not finite). REQUIRES: ridge >= 0. features^3 / 3 flops.
  std::vector<double> weights(std::size_t fold, double ridge) const;

 private:
  std::size_t features_, targets_, step_;
  std::vector<std::vector<double>> grams_, products_;  // of each fold
};

}  // namespace recveil::numerics
