// Logistic regression with a ridge, by Newton's method (iteratively reweighted least squares).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

struct Logistic {
  std::vector<double> weights;
  double intercept = 0;
  // Log odds of class 1 for one row. A size other than the weights' throws Error(Status::argument).
  double decision(std::span<const float> row) const;
};

// Minimizes sum_i log(1 + exp(-s_i (w x_i + b))) + ridge / 2 |w|^2, s_i = +-1 by y_i = 1 or 0; the
// intercept b is not penalized. The minimum of scikit-learn's LogisticRegression with C = 1 /
// ridge. x: columns of like scale, or the ridge weighs them unlike. Throws Error(Status::argument)
// for ridge <= 0, labels of another number than rows, one class alone, values that are not finite.
// O(n d^2 + d^3) a step, some 8 of them: about 0.03 s for 2,400 x 165.
Logistic fit_logistic(const Matrix &x, std::span<const std::uint8_t> y, double ridge);

}  // namespace recveil::numerics
