#include "numerics/class_auc.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "numerics/ranks.h"

namespace recveil::numerics {
namespace {

void check(std::span<const double> scores, std::span<const std::int32_t> y, std::size_t classes,
           std::span<const std::uint8_t> counted) {
  const auto finite = [](double v) { return std::isfinite(v); };
  const auto known = [&](std::int32_t k) {
    return k >= 0 && static_cast<std::size_t>(k) < classes;
  };
  if (scores.size() != y.size() * classes || counted.size() != classes || classes < 2 ||
      !std::all_of(y.begin(), y.end(), known) ||
      !std::all_of(scores.begin(), scores.end(), finite)) {
    throw Error(Status::argument, "class auc: sizes, classes or scores are wrong");
  }
}

// Adds to influence[i] what row i adds to the AUC of class k beyond its mean. Returns the AUC, NaN
// where one side is empty.
double one_vs_rest(std::span<const double> column, std::span<const std::int32_t> y, std::size_t k,
                   std::vector<double> &influence) {
  std::vector<double> sides[2];
  std::vector<std::size_t> places[2];
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t side = static_cast<std::size_t>(y[i]) == k ? 1 : 0;
    sides[side].push_back(column[i]);
    places[side].push_back(i);
  }
  if (sides[0].empty() || sides[1].empty()) return std::numeric_limits<double>::quiet_NaN();
  // Placement of a row: the share of the other side below it, ranks among all less among its own.
  const std::vector<double> all = mid_ranks(column);
  double auc = 0;
  for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
    const std::vector<double> own = mid_ranks(sides[side]);
    const auto other = static_cast<double>(sides[1 - side].size());
    const auto n = static_cast<double>(own.size());
    std::vector<double> placement(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
      const double below = (all[places[side][i]] - own[i]) / other;
      placement[i] = side == 1 ? below : 1 - below;
      if (side == 1) auc += below / n;
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
      influence[places[side][i]] += (placement[i] - auc) / n;
    }
  }
  return auc;
}

}  // namespace

ClassAuc class_auc(std::span<const double> scores, std::span<const std::int32_t> y,
                   std::size_t classes, std::span<const std::uint8_t> counted) {
  check(scores, y, classes, counted);
  ClassAuc out;
  out.of_class.assign(classes, std::numeric_limits<double>::quiet_NaN());
  std::vector<double> influence(y.size()), column(y.size());
  double sum = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (counted[k] == 0 || (classes == 2 && k == 0 && counted[1] != 0)) continue;
    for (std::size_t i = 0; i < y.size(); ++i) column[i] = scores[i * classes + k];
    out.of_class[k] = one_vs_rest(column, y, k, influence);
    if (std::isnan(out.of_class[k])) continue;
    sum += out.of_class[k];
    ++out.classes;
  }
  if (out.classes == 0) return out;
  out.value = sum / static_cast<double>(out.classes);
  double squares = 0;
  for (double &value : influence) {
    value /= static_cast<double>(out.classes);
    squares += value * value;
  }
  out.standard_error = std::sqrt(squares);
  out.influence = std::move(influence);
  return out;
}

Estimate class_balanced_accuracy(std::span<const double> scores, std::span<const std::int32_t> y,
                                 std::size_t classes, std::span<const std::uint8_t> counted,
                                 double alpha) {
  check(scores, y, classes, counted);
  std::vector<double> n(classes), hits(classes);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double *row = scores.data() + i * classes;
    const auto k = static_cast<std::size_t>(y[i]);
    n[k] += 1;
    if (std::max_element(row, row + classes) == row + k) hits[k] += 1;
  }
  const double z = boost::math::quantile(boost::math::normal(), 1 - alpha / 2);
  double mean = 0, variance = 0, taken = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (counted[k] == 0 || n[k] == 0) continue;
    mean += hits[k] / n[k];
    const double more = n[k] + z * z, p = (hits[k] + z * z / 2) / more;
    variance += p * (1 - p) / more;
    taken += 1;
  }
  if (taken == 0) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan, nan};
  }
  mean /= taken;
  const double half = z * std::sqrt(variance) / taken;
  return {mean, std::max(0.0, mean - half), std::min(1.0, mean + half)};
}

}  // namespace recveil::numerics
