#include "numerics/ocsvm.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/smo.h"

namespace recveil::numerics {
namespace {

constexpr std::size_t kSolvedAtOnce = 1000;
constexpr std::size_t kSampleOneIn = 4;

void require(bool holds, const std::string &what) {
  if (!holds) throw Error(Status::argument, "one-class svm: " + what);
}

void require_finite(const Matrix &x) {
  require(std::all_of(x.data.begin(), x.data.end(), [](float v) { return std::isfinite(v); }),
          "a value is not finite");
}

void require_gamma(double gamma) {
  require(gamma >= 1e-30 && gamma <= 1e30, "gamma must be in [1e-30, 1e30]");
}

Matrix rows_of(const Matrix &x, std::span<const std::uint32_t> rows) {
  Matrix out{rows.size(), x.cols, std::vector<float>(rows.size() * x.cols)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(x.row(rows[i]), x.cols, out.row(i));
  }
  return out;
}

// alpha_i = clip(level - others_i, 0, 1) with the level at which they sum to `total`: what is
// optimal if `others`, the gradients without a row's own alpha, did not depend on alpha.
std::vector<double> fill_to(const std::vector<double> &others, double total) {
  const auto alpha_at = [&](double level, std::size_t i) {
    return std::clamp(level - others[i], 0.0, 1.0);
  };
  double low = *std::min_element(others.begin(), others.end());
  double high = *std::max_element(others.begin(), others.end()) + 1;
  for (int halving = 0; halving < 60; ++halving) {
    pulse();
    const double middle = (low + high) / 2;
    double sum = 0;
    for (std::size_t i = 0; i < others.size(); ++i) sum += alpha_at(middle, i);
    (sum < total ? low : high) = middle;
  }
  std::vector<double> alpha(others.size());
  double rest = total;
  for (std::size_t i = 0; i < others.size(); ++i) rest -= alpha[i] = alpha_at(low, i);
  // What rounding left goes wherever there is room.
  for (std::size_t i = 0; i < alpha.size() && rest > 0; ++i) {
    const double more = std::min(rest, 1 - alpha[i]);
    alpha[i] += more;
    rest -= more;
  }
  return alpha;
}

// As in LIBSVM.
std::vector<double> first_rows(std::size_t n, double total) {
  std::vector<double> alpha(n);
  for (double &value : alpha) {
    value = std::min(1.0, total);
    total -= value;
  }
  return alpha;
}

SmoResult solve(const Matrix &x, const OneClassOptions &options) {
  const double total = options.nu * static_cast<double>(x.rows);
  const SmoOptions smo{options.gamma, options.eps, options.cache_bytes};
  if (x.rows <= kSolvedAtOnce) return solve_dual(x, {first_rows(x.rows, total), {}, {}, {}}, smo);

  std::vector<std::uint32_t> order(x.rows);
  std::iota(order.begin(), order.end(), 0u);
  Rng(x.rows).shuffle(order);
  const auto drawn = std::span(order).first(x.rows / kSampleOneIn);
  const Matrix sample = rows_of(x, drawn);
  OneClassOptions rough = options;
  // The sample's gradients err by far more than this.
  rough.eps = std::max(options.eps, 1e-3 * options.nu * static_cast<double>(sample.rows));
  const SmoResult small = solve(sample, rough);

  std::vector<double> others(x.rows);
  WeightedPoints(sample, small.alpha)
      .add_sums(rbf_kernels(), rbf_scale(options.gamma), x.data.data(), x.rows, others.data());
  for (std::size_t i = 0; i < drawn.size(); ++i) others[drawn[i]] -= small.alpha[i];
  const double scale = static_cast<double>(x.rows) / static_cast<double>(sample.rows);
  for (double &value : others) value *= scale;
  return solve_dual(x, {fill_to(others, total), {}, {}, {}}, smo);
}

}  // namespace

OneClassSvm::OneClassSvm(Matrix support, std::vector<double> alpha, double gamma, double rho)
    : support_(std::move(support)), alpha_(std::move(alpha)), gamma_(gamma), rho_(rho) {
  require(alpha_.size() == support_.rows, "needs one alpha a support vector");
  require(support_.cols > 0, "needs at least one column");
  require_finite(support_);
  require(std::all_of(alpha_.begin(), alpha_.end(), [](double v) { return std::isfinite(v); }),
          "an alpha is not finite");
  require_gamma(gamma);
  require(std::isfinite(rho), "rho is not finite");
  sum_ = WeightedPoints(support_, alpha_);
}

void OneClassSvm::decisions(const Matrix &x, std::span<double> out) const {
  require(x.cols == cols() && out.size() == x.rows, "rows to score have another size");
  std::fill(out.begin(), out.end(), -rho_);
  sum_.add_sums(rbf_kernels(), rbf_scale(gamma_), x.data.data(), x.rows, out.data());
}

double OneClassSvm::decision(std::span<const float> row) const {
  require(row.size() == cols(), "the row to score has another size");
  double out = -rho_;
  sum_.add_sums(rbf_kernels(), rbf_scale(gamma_), row.data(), 1, &out);
  return out;
}

TrainedOneClass train_one_class(const Matrix &x, const OneClassOptions &options) {
  require(x.rows > 0 && x.cols > 0, "needs at least one row and one column");
  require_finite(x);
  require(options.nu > 0 && options.nu <= 1, "nu must be in (0, 1]");
  require_gamma(options.gamma);
  require(options.eps > 0 && std::isfinite(options.eps), "eps must be above 0");

  const SmoResult result = solve(x, options);
  std::vector<std::uint32_t> rows;
  std::vector<double> alpha;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (result.alpha[i] <= 0) continue;
    rows.push_back(static_cast<std::uint32_t>(i));
    alpha.push_back(result.alpha[i]);
  }
  OneClassSvm svm(rows_of(x, rows), std::move(alpha), options.gamma, result.rho);
  return {std::move(svm), std::move(rows), result.gap, result.iterations};
}

}  // namespace recveil::numerics
