#include "defense/screen/tail_probability.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace recveil::defense {
namespace {

constexpr double kTail = .05;

}  // namespace

TailProbability::TailProbability(std::vector<double> scores) : sorted_(std::move(scores)) {
  std::sort(sorted_.begin(), sorted_.end());
  const std::size_t n = sorted_.size();
  double sum = 0, squares = 0;
  for (const double s : sorted_) sum += s, squares += s * s;
  const double mean = sum / static_cast<double>(n);
  deviation_ = std::sqrt(std::max(1e-12, squares / static_cast<double>(n) - mean * mean));
  const std::size_t top =
      std::max<std::size_t>(1, static_cast<std::size_t>(kTail * static_cast<double>(n)));
  start_ = sorted_[n - top];
  double excess = 0;
  for (std::size_t i = n - top; i < n; ++i) excess += sorted_[i] - start_;
  mean_excess_ = std::max(excess / static_cast<double>(top), 1e-9 + 1e-3 * deviation_);
}

double TailProbability::operator()(double score) const {
  const double n = static_cast<double>(sorted_.size());
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), score);
  const double rank = (static_cast<double>(sorted_.end() - at) + 1) / (n + 1);
  if (sorted_.end() - at > 5 || score <= start_) return rank;
  // A mean excess of few scores is uncertain: twice as slow a fall is the safe side.
  const double slack = 1 + 2 / std::sqrt(std::max(1.0, kTail * n));
  return std::min(rank, kTail * std::exp(-(score - start_) / (mean_excess_ * slack)));
}

double normal_score(double p) {
  return boost::math::quantile(
      boost::math::complement(boost::math::normal(), std::clamp(p, 1e-6, 1 - 1e-6)));
}

double upper_normal(double z) {
  return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

double benjamini_hochberg(std::vector<double> p, std::size_t tests, double q) {
  std::sort(p.begin(), p.end());
  double rejected = -1;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double level =
        q * static_cast<double>(i + 1) / static_cast<double>(std::max<std::size_t>(1, tests));
    if (p[i] <= level) rejected = level;
  }
  return rejected;
}

// The chi-square tail of 2 m degrees of freedom at -2 log x is x sum_{j < m} (-log x)^j / j!.
double fisher(double p, double q) {
  const double x = -std::log(std::max(p, 1e-300)) - std::log(std::max(q, 1e-300));
  return std::min(1.0, std::exp(-x) * (1 + x));
}

double fisher(double p, double q, double r) {
  const double x = -std::log(std::max(p, 1e-300)) - std::log(std::max(q, 1e-300)) -
                   std::log(std::max(r, 1e-300));
  return std::min(1.0, std::exp(-x) * (1 + x + x * x / 2));
}

}  // namespace recveil::defense
