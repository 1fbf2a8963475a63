#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "numerics/ranks.h"
#include "numerics/stats.h"

namespace recveil::numerics {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Variance of the mean of n >= 2 values; 0 for one value, which says nothing of its spread.
double variance_of_mean(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  const auto n = static_cast<double>(values.size());
  return sum / (n - 1) / n;
}

struct DeLong {
  double auc = 0, standard_error = 0;
};

// The structural components of DeLong et al., equations 4 and 5, from ranks (Sun and Xu, IEEE
// Signal Processing Letters 21, 2014): how many of the other group one person beats is their rank
// among all minus their rank in their own group.
DeLong delong(std::span<const double> members, std::span<const double> non_members) {
  const std::size_t n1 = members.size(), n0 = non_members.size();
  if (n1 == 0 || n0 == 0) throw Error(Status::argument, "auc: a group is empty");
  std::vector<double> all(members.begin(), members.end());
  all.insert(all.end(), non_members.begin(), non_members.end());
  // A NaN would break the sort, not merely the result.
  for (const double score : all) {
    if (!std::isfinite(score)) throw Error(Status::argument, "auc: a score is not finite");
  }
  const std::vector<double> rank = mid_ranks(all);
  std::vector<double> v10 = mid_ranks(members), v01 = mid_ranks(non_members);
  for (std::size_t i = 0; i < n1; ++i) v10[i] = (rank[i] - v10[i]) / static_cast<double>(n0);
  for (std::size_t j = 0; j < n0; ++j) {
    v01[j] = 1.0 - (rank[n1 + j] - v01[j]) / static_cast<double>(n1);
  }
  return {mean(v10), std::sqrt(variance_of_mean(v10) + variance_of_mean(v01))};
}

double logistic(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

}  // namespace

Estimate auc(std::span<const double> members, std::span<const double> non_members, double alpha) {
  const DeLong estimate = delong(members, non_members);
  const double a = estimate.auc;
  const std::size_t shorter = std::min(members.size(), non_members.size());
  const auto pairs = static_cast<double>(shorter);
  // All pairs were in order (or none): so were `pairs` disjoint pairs, which are independent, so
  // that the chance of it is at most AUC^pairs. Solved for alpha / 2.
  if (a == 1.0) return {1, std::pow(alpha / 2, 1 / pairs), 1};
  if (a == 0.0) return {0, 0, 1 - std::pow(alpha / 2, 1 / pairs)};
  double standard_error = estimate.standard_error;
  if (standard_error == 0 || shorter < 2) standard_error = std::sqrt(a * (1 - a) / pairs);
  const double z = boost::math::quantile(boost::math::normal(), 1 - alpha / 2);
  const double logit = std::log(a / (1 - a)), half = z * standard_error / (a * (1 - a));
  return {a, logistic(logit - half), logistic(logit + half)};
}

double auc_standard_error(std::span<const double> members, std::span<const double> non_members) {
  return delong(members, non_members).standard_error;
}

double auc_p_value(double auc, double standard_error) {
  if (auc == 0.5) return 1;
  return std::erfc(std::abs(auc - 0.5) / standard_error / std::sqrt(2.0));
}

}  // namespace recveil::numerics
