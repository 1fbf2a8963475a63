#include "numerics/stats.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>

#include "core/error.h"
#include "core/hypotenuse.h"

namespace recveil::numerics {
namespace {

std::size_t count_above(std::span<const double> scores, double threshold) {
  return static_cast<std::size_t>(
      std::count_if(scores.begin(), scores.end(), [&](double s) { return s > threshold; }));
}

// Wilson's interval of k successes in n, at z standard deviations.
Estimate wilson(std::size_t k, std::size_t n, double z) {
  const auto size = static_cast<double>(n);
  const double p = static_cast<double>(k) / size, z2 = z * z / size;
  const double centre = (p + z2 / 2) / (1 + z2);
  const double half = std::sqrt(z2 * (p * (1 - p) + z2 / 4)) / (1 + z2);
  return {p, centre - half, centre + half};
}

void check_groups(std::span<const double> members, std::span<const double> non_members,
                  const char *what) {
  if (members.empty() || non_members.empty()) {
    throw Error(Status::argument, std::string(what) + ": a group is empty");
  }
}

}  // namespace

Estimate balanced_accuracy(std::span<const double> members, std::span<const double> non_members,
                           double threshold, double alpha) {
  check_groups(members, non_members, "balanced_accuracy");
  const double z = boost::math::quantile(boost::math::normal(), 1 - alpha / 2);
  const Estimate tpr = wilson(count_above(members, threshold), members.size(), z);
  const Estimate fpr = wilson(count_above(non_members, threshold), non_members.size(), z);
  const double value = (1 + tpr.value - fpr.value) / 2;
  const double below = hypotenuse(tpr.value - tpr.lo, fpr.hi - fpr.value) / 2;
  const double above = hypotenuse(tpr.hi - tpr.value, fpr.value - fpr.lo) / 2;
  // The bounds are for rounding alone.
  return {value, std::max(value - below, 0.0), std::min(value + above, 1.0)};
}

Estimate clopper_pearson(std::size_t k, std::size_t n, double alpha) {
  if (n == 0 || k > n) throw Error(Status::argument, "clopper_pearson: not k successes in n > 0");
  const auto successes = static_cast<double>(k), failures = static_cast<double>(n - k);
  return {successes / static_cast<double>(n),
          k == 0 ? 0 : boost::math::ibeta_inv(successes, failures + 1, alpha / 2),
          k == n ? 1 : boost::math::ibeta_inv(successes + 1, failures, 1 - alpha / 2)};
}

std::vector<std::size_t> hits_at_fpr(std::span<const double> members,
                                     std::span<const double> non_members,
                                     std::span<const double> fprs) {
  check_groups(members, non_members, "hits_at_fpr");
  std::vector<double> descending(non_members.begin(), non_members.end());
  std::sort(descending.begin(), descending.end(), std::greater<>());
  std::vector<double> ascending(members.begin(), members.end());
  std::sort(ascending.begin(), ascending.end());
  std::vector<std::size_t> out;
  for (const double fpr : fprs) {
    // The small term undoes rounding: .29 * 100 is below 29 in binary.
    const double allowed = std::floor(fpr * static_cast<double>(descending.size()) + 1e-9);
    const double threshold = allowed < static_cast<double>(descending.size())
                                 ? descending[static_cast<std::size_t>(allowed)]
                                 : -std::numeric_limits<double>::infinity();
    const auto above = std::upper_bound(ascending.begin(), ascending.end(), threshold);
    out.push_back(static_cast<std::size_t>(ascending.end() - above));
  }
  return out;
}

Estimate tpr_at_fpr(std::span<const double> members, std::span<const double> non_members,
                    double fpr, double alpha) {
  return clopper_pearson(hits_at_fpr(members, non_members, {&fpr, 1}).front(), members.size(),
                         alpha);
}

Estimate split_mean(std::span<const double> per_split, double alpha) {
  if (per_split.empty()) throw Error(Status::argument, "split_mean: no splits");
  const auto n = static_cast<double>(per_split.size());
  const double mean = std::accumulate(per_split.begin(), per_split.end(), 0.0) / n;
  if (per_split.size() == 1) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {mean, unknown, unknown};
  }
  double squares = 0;
  for (const double value : per_split) squares += (value - mean) * (value - mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 1 - alpha / 2);
  const double half = t * std::sqrt(squares / (n - 1) / n);
  return {mean, mean - half, mean + half};
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double step = p[order[i]] * static_cast<double>(p.size() - i);
    largest = std::max(largest, std::min(step, 1.0));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

}  // namespace recveil::numerics
