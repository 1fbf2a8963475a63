#include "defense/private/accountant.h"

#include <cmath>
#include <numbers>
#include <string>

#include "core/error.h"

namespace recveil::defense {
namespace {

constexpr double kCountsShare = 0.1;  // of mu^2, for the counts that choose the catalogue

double phi(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

// e^(x^2 / 2) Phi(-x), which neither factor can say for large x. Beyond 25 the asymptotic series
// has fallen below a unit in the last place after six terms.
double scaled_tail(double x) {
  if (x < 25) return 0.5 * std::exp(0.5 * x * x) * std::erfc(x / std::numbers::sqrt2);
  double sum = 1, term = 1;
  for (int k = 1; k <= 6; ++k) sum += term *= -(2 * k - 1) / (x * x);
  return sum / (x * std::sqrt(2 * std::numbers::pi));
}

// The root of a falling or rising function between two points, to the last bits.
template <class Above>
double bisect(double lo, double hi, Above above) {
  for (int step = 0; step < 200; ++step) {
    const double middle = 0.5 * (lo + hi);
    (above(middle) ? hi : lo) = middle;
  }
  return 0.5 * (lo + hi);
}

void check_delta(double delta) {
  if (!(delta >= 1e-300 && delta < 1)) {
    throw Error(Status::argument, "delta: must be in [1e-300, 1)");
  }
}

}  // namespace

double delta_of(double mu, double epsilon) {
  const double a = mu / 2 - epsilon / mu, b = mu / 2 + epsilon / mu;
  // e^epsilon = e^((b^2 - a^2) / 2): the second term is e^(-a^2 / 2) times the scaled tail at b.
  const double gauss = std::exp(-0.5 * a * a);
  if (a < 0) return gauss * (scaled_tail(-a) - scaled_tail(b));
  return phi(a) - gauss * scaled_tail(b);
}

double mu_of(double epsilon, double delta) {
  if (!(epsilon > 0 && epsilon <= 1000)) {
    throw Error(Status::argument, "epsilon: must be in (0, 1000]");
  }
  check_delta(delta);
  return std::exp(
      bisect(-40, 5, [&](double log_mu) { return delta_of(std::exp(log_mu), epsilon) > delta; }));
}

double epsilon_of(double mu, double delta) {
  if (!(mu > 0 && mu <= 100)) throw Error(Status::argument, "mu: must be in (0, 100]");
  check_delta(delta);
  if (delta_of(mu, 0) <= delta) return 0;
  // At this epsilon a is -38, and delta below 1e-300.
  return bisect(0, mu * (mu / 2 + 38),
                [&](double epsilon) { return delta_of(mu, epsilon) < delta; });
}

double auc_ceiling(double mu) {
  return phi(mu / std::numbers::sqrt2);
}

double tpr_ceiling(double mu, double fpr) {
  if (!(fpr > 0 && fpr < 1)) throw Error(Status::argument, "fpr: must be in (0, 1)");
  return phi(normal_quantile(fpr) + mu);
}

double normal_quantile(double p) {
  return bisect(-40, 40, [&](double x) { return phi(x) > p; });
}

BudgetParts split_budget(double mu) {
  return {mu * std::sqrt(kCountsShare), mu * std::sqrt(1 - kCountsShare)};
}

}  // namespace recveil::defense
