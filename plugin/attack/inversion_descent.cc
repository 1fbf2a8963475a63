#include "attack/inversion_descent.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::attack {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<RowMajor>;
using ConstRows = Eigen::Map<const RowMajor>;
using Eigen::Index;

ConstRows rows_of(const std::vector<double> &values, std::size_t columns) {
  return {values.data(), static_cast<Index>(values.size() / columns), static_cast<Index>(columns)};
}
Rows rows_of(std::vector<double> &values, std::size_t columns) {
  return {values.data(), static_cast<Index>(values.size() / columns), static_cast<Index>(columns)};
}

void require(bool holds, const char *what) {
  if (!holds) throw Error(Status::argument, std::string("inversion: ") + what);
}

void check_options(const DescentOptions &options) {
  require(std::isfinite(options.regularization) && options.regularization > 0,
          "regularization must be above 0");
  require(std::isfinite(options.mu) && options.mu >= 0, "mu must be at least 0");
  require(std::isfinite(options.highest) && options.highest > 0, "highest must be above 0");
  require(options.rating_step > 0 && options.rating_step <= options.highest,
          "rating_step must be above 0 and at most highest");
  require(options.profile_size >= 1, "profile_size must be at least 1");
  require(options.steps >= 1 && options.sweeps >= 1, "steps and sweeps must be at least 1");
  require(std::isfinite(options.step) && options.step > 0, "step must be above 0");
}

}  // namespace

void project(std::span<double> row, double highest, double total) {
  require(highest > 0 && total > 0, "a box and a total above 0 are needed");
  for (const double value : row) require(std::isfinite(value), "a rating is not a number");
  const auto sum_at = [&](double tau) {
    double sum = 0;
    for (const double value : row) sum += std::clamp(value - tau, 0.0, highest);
    return sum;
  };
  double tau = 0;
  if (sum_at(0) > total) {
    // The sum falls with tau, in straight lines between the places where an entry leaves a bound.
    std::vector<double> corners{0};
    for (const double value : row) {
      if (value > 0) corners.push_back(value);
      if (value - highest > 0) corners.push_back(value - highest);
    }
    std::sort(corners.begin(), corners.end());
    const auto after = std::partition_point(corners.begin(), corners.end(),
                                            [&](double at) { return sum_at(at) > total; });
    const double right = *after, left = *(after - 1);
    const double high = sum_at(left), low = sum_at(right);
    tau = left + (right - left) * (high - total) / (high - low);
  }
  for (double &value : row) value = std::clamp(value - tau, 0.0, highest);
}

double inversion_objective(const ItemFactors &poisoned, const ItemFactors &original,
                           const InversionTargets &targets, double mu) {
  const ConstRows now = rows_of(poisoned.values, poisoned.d);
  const ConstRows was = rows_of(original.values, original.d);
  double sum = mu * (now - was).squaredNorm();
  for (const std::uint32_t x : targets.sensitive) {
    sum += (now.row(x) - was.row(x)).squaredNorm();
    for (const std::uint32_t y : targets.decoys) sum += (now.row(y) - was.row(x)).squaredNorm();
  }
  return sum;
}

std::vector<double> inversion_slope(const ItemFactors &poisoned, const ItemFactors &original,
                                    const InversionTargets &targets, double mu) {
  const ConstRows now = rows_of(poisoned.values, poisoned.d);
  const ConstRows was = rows_of(original.values, original.d);
  std::vector<double> out(poisoned.values.size());
  Rows slope = rows_of(out, poisoned.d);
  slope = 2 * mu * (now - was);
  for (const std::uint32_t x : targets.sensitive) {
    slope.row(x) += 2 * (now.row(x) - was.row(x));
    for (const std::uint32_t y : targets.decoys) slope.row(y) += 2 * (now.row(y) - was.row(x));
  }
  return out;
}

InversionSimulation::InversionSimulation(ItemFactors original, InversionTargets targets,
                                         std::size_t rows, std::size_t copies,
                                         const DescentOptions &options)
    : original_(std::move(original)),
      items_(original_),
      targets_(std::move(targets)),
      options_(options),
      rows_(rows),
      copies_(copies) {
  check_options(options_);
  const std::size_t n = original_.n_items(), d = original_.d;
  require(n > 0 && original_.values.size() == n * d, "item factors are needed");
  require(rows_ >= 1 && copies_ >= 1, "at least one fake is needed");
  require(!targets_.sensitive.empty() && !targets_.decoys.empty(),
          "a sensitive item and a decoy are needed");
  ratings_.assign(rows_ * n, 0);
  for (const auto *items : {&targets_.sensitive, &targets_.decoys}) {
    for (const std::uint32_t item : *items) {
      require(item < n, "an item is outside the catalogue");
      for (std::size_t row = 0; row < rows_; ++row) ratings_[row * n + item] = options_.highest;
    }
  }
  constexpr std::uint64_t kStream = 0x696E7672;  // "invr"
  Rng rng(options_.seed, kStream);
  std::vector<double> start(d * d);
  for (double &value : start) value = rng.uniform();
  random_.resize(d * n);
  rows_of(random_, n) = rows_of(start, d) * rows_of(original_.values, d).transpose();
}

// A_j^-1 r_j for the row r_j of every item: A_j = lambda I + U*^T U* + sum of u' u'^T over the
// fakes who rate j.
std::vector<double> InversionSimulation::solve_by_item(const std::vector<double> &right) const {
  const std::size_t n = items_.n_items(), d = items_.d;
  const ConstRows people = rows_of(people_, d), fakes = rows_of(fakes_, d);
  Eigen::MatrixXd common = people.transpose() * people;
  common.diagonal().array() += options_.regularization;
  const Eigen::LLT<Eigen::MatrixXd> without(common);
  std::vector<double> out(n * d);
  Rows solved = rows_of(out, d);
  const ConstRows given = rows_of(right, d);
  for (std::size_t j = 0; j < n; ++j) {
    pulse();
    const auto at = static_cast<Index>(j);
    Eigen::MatrixXd own;
    for (std::size_t row = 0; row < rows_; ++row) {
      if (rated_[row * n + j] == 0) continue;
      if (own.size() == 0) own = common;
      const Eigen::VectorXd fake = fakes.row(static_cast<Index>(row));
      own += static_cast<double>(copies_) * fake * fake.transpose();
    }
    const Eigen::VectorXd r = given.row(at);
    const Eigen::VectorXd v = own.size() == 0 ? without.solve(r) : own.llt().solve(r).eval();
    solved.row(at) = v;
  }
  return out;
}

void InversionSimulation::solve_items() {
  const std::size_t n = items_.n_items(), d = items_.d;
  std::vector<double> right(n * d);
  Rows rights = rows_of(right, d);
  rights = rows_of(random_, n).transpose() * rows_of(people_, d);
  const ConstRows fakes = rows_of(std::as_const(fakes_), d);
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t j = 0; j < n; ++j) {
      if (rated_[row * n + j] == 0) continue;
      rights.row(static_cast<Index>(j)) +=
          static_cast<double>(copies_) * ratings_[row * n + j] * fakes.row(static_cast<Index>(row));
    }
  }
  items_.values = solve_by_item(right);
}

void InversionSimulation::fit() {
  const std::size_t n = items_.n_items(), d = items_.d;
  rated_.assign(ratings_.size(), 0);
  for (std::size_t e = 0; e < ratings_.size(); ++e) rated_[e] = ratings_[e] > 0 ? 1 : 0;
  people_.resize(d * d);
  fakes_.resize(rows_ * d);
  for (unsigned sweep = 0; sweep < options_.sweeps; ++sweep) {
    const RowMajor items = rows_of(items_.values, d);
    Eigen::MatrixXd all = items.transpose() * items;
    all.diagonal().array() += options_.regularization;
    rows_of(people_, d) =
        all.llt().solve(items.transpose() * rows_of(random_, n).transpose()).transpose();
    for (std::size_t row = 0; row < rows_; ++row) {
      pulse();
      Eigen::MatrixXd own = Eigen::MatrixXd::Zero(static_cast<Index>(d), static_cast<Index>(d));
      own.diagonal().array() += options_.regularization;
      Eigen::VectorXd right = Eigen::VectorXd::Zero(static_cast<Index>(d));
      for (std::size_t j = 0; j < n; ++j) {
        if (rated_[row * n + j] == 0) continue;
        const Eigen::VectorXd item = items.row(static_cast<Index>(j));
        own.selfadjointView<Eigen::Lower>().rankUpdate(item);
        right += ratings_[row * n + j] * item;
      }
      rows_of(fakes_, d).row(static_cast<Index>(row)) =
          own.selfadjointView<Eigen::Lower>().llt().solve(right).transpose();
    }
    solve_items();
  }
}

std::vector<double> InversionSimulation::gradient() const {
  const std::size_t n = items_.n_items(), d = items_.d;
  const std::vector<double> through =
      solve_by_item(inversion_slope(items_, original_, targets_, options_.mu));
  std::vector<double> out(rows_ * n);
  rows_of(out, n) =
      static_cast<double>(copies_) * rows_of(fakes_, d) * rows_of(through, d).transpose();
  return out;
}

double InversionSimulation::objective() const {
  return inversion_objective(items_, original_, targets_, options_.mu);
}

Descent descend(const ItemFactors &original, const InversionTargets &targets, std::size_t fakes,
                bool rated, const DescentOptions &options) {
  // All fakes start equal, so they stay equal: one row stands for them.
  InversionSimulation simulation(original, targets, 1, fakes, options);
  const double total = static_cast<double>(options.profile_size) * options.highest;
  Descent out;
  std::vector<double> &row = simulation.ratings();
  project(row, options.highest, total);
  for (unsigned step = 0; step < options.steps; ++step) {
    simulation.fit();
    out.objective.push_back(simulation.objective());
    const std::vector<double> gradient = simulation.gradient();
    double steepest = 0;
    for (const double value : gradient) steepest = std::max(steepest, std::abs(value));
    if (!(steepest > 0)) break;
    const double length = options.step * options.highest / steepest / (1 + .05 * step);
    const std::vector<double> before = row;
    for (std::size_t j = 0; j < row.size(); ++j) row[j] -= length * gradient[j];
    project(row, options.highest, total);
    double moved = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      moved = std::max(moved, std::abs(row[j] - before[j]));
    }
    if (moved < 1e-3 * options.highest) break;
  }

  std::vector<std::uint32_t> order(row.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return row[a] > row[b]; });
  order.resize(std::min(order.size(), options.profile_size));
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  for (const std::uint32_t item : order) {
    const double rounded = std::round(row[item] / options.rating_step) * options.rating_step;
    if (rounded <= 0) continue;
    items.push_back(item);
    ratings.push_back(static_cast<float>(rounded));
  }
  out.fakes.histories.n_items = static_cast<std::uint32_t>(row.size());
  for (std::size_t f = 0; f < fakes; ++f) {
    out.fakes.histories.append(items);
    if (rated) out.fakes.ratings.insert(out.fakes.ratings.end(), ratings.begin(), ratings.end());
  }
  return out;
}

Accounts public_share(const Interactions &people, std::span<const float> ratings, double beta,
                      Rng &rng) {
  require(beta > 0 && beta <= 1, "beta must be above 0 and at most 1");
  std::vector<std::uint32_t> order(people.n_users());
  std::iota(order.begin(), order.end(), 0u);
  if (beta < 1) {
    rng.shuffle(order);
    const double share = std::round(beta * static_cast<double>(order.size()));
    order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(share)));
    std::sort(order.begin(), order.end());
  }
  Accounts out{people.select(order), {}};
  if (ratings.empty()) return out;
  for (const std::uint32_t person : order) {
    const auto begin = static_cast<std::ptrdiff_t>(people.offsets[person]);
    const auto end = static_cast<std::ptrdiff_t>(people.offsets[person + std::size_t{1}]);
    out.ratings.insert(out.ratings.end(), ratings.begin() + begin, ratings.begin() + end);
  }
  return out;
}

}  // namespace recveil::attack
