// How well scores of several classes tell the classes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/stats.h"

namespace recveil::numerics {

struct ClassAuc {
  double value = 0.5;         // macro: the mean over the classes asked for
  double standard_error = 0;  // of value
  // What each row adds to `value` beyond its mean, to first order: standard_error is the root of
  // the sum of their squares. Empty where nothing was counted.
  std::vector<double> influence;
  std::vector<double> of_class;  // NaN for a class that was not asked for, or has nobody, or all
  std::size_t classes = 0;       // that the mean is over
};

// One-vs-rest AUCs: that of class k is of scores[i * classes + k], rows of class k against all
// others. Only classes with counted[k] != 0 are in the mean; with two classes the one of class 1
// alone, where both are counted. The standard error is DeLong's, extended to the mean: each row's
// contribution to it is the sum of its placements in every class's AUC, and rows are independent
// (the jackknife of a U-statistic to first order). Ties count half. Throws Error(Status::argument)
// for other sizes, a class out of range and scores that are not finite. O(classes n log n).
ClassAuc class_auc(std::span<const double> scores, std::span<const std::int32_t> y,
                   std::size_t classes, std::span<const std::uint8_t> counted);

// Mean over the counted classes of the share of their rows that score highest in their class, with
// a 1 - alpha interval by the normal distribution from the binomial variance of each share (Agresti
// and Coull's estimate of it, which is not 0 at shares of 0 and 1). NaN where nobody counts.
Estimate class_balanced_accuracy(std::span<const double> scores, std::span<const std::int32_t> y,
                                 std::size_t classes, std::span<const std::uint8_t> counted,
                                 double alpha = 0.05);

}  // namespace recveil::numerics
