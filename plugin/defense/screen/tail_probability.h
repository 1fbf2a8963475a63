// How rare a score is among trusted accounts: a rank, and beyond the last ranks an exponential
// tail, so that small windows can tell rare from very rare.
#pragma once

#include <span>
#include <vector>

namespace recveil::defense {

// Immutable and safe from any thread.
class TailProbability {
 public:
  TailProbability() = default;
  // Scores of trusted accounts, each scored as a newcomer would be. At least one.
  explicit TailProbability(std::vector<double> scores);

  // P(a trusted account scores at least this), in (0, 1].
  double operator()(double score) const;
  double median() const { return sorted_[sorted_.size() / 2]; }
  double deviation() const { return deviation_; }
  std::span<const double> scores() const { return sorted_; }

 private:
  std::vector<double> sorted_;
  double start_ = 0, mean_excess_ = 1;  // of the exponential tail: the top 5 %
  double deviation_ = 1;
};

// Phi^-1(1 - p) for p clipped to [1e-6, 1 - 1e-6].
double normal_score(double p);
// 1 - Phi(z).
double upper_normal(double z);
// Benjamini and Hochberg: the level up to which p is rejected, q r / tests with r rejections at
// rate q of `tests` tests; below 0: none. p values that are 1 may be left out of `p`, but not of
// `tests`.
double benjamini_hochberg(std::vector<double> p, std::size_t tests, double q);
// Fisher's combination of two or three independent p values.
double fisher(double p, double q);
double fisher(double p, double q, double r);

}  // namespace recveil::defense
