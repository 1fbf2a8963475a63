#include "recommend/rated_als.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "recommend/check.h"

namespace recveil::recommend {
namespace {

using Rows = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using ConstRows =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Gram = Eigen::MatrixXd;

void check_options(const Interactions &training, std::span<const float> ratings,
                   const RatedAlsOptions &options) {
  const auto require = [](bool holds, const char *what) {
    if (!holds) throw Error(Status::argument, std::string("rated ALS: ") + what);
  };
  require(options.d >= 1, "d must be at least 1");
  require(options.sweeps >= 1, "sweeps must be at least 1");
  require(std::isfinite(options.regularization) && options.regularization > 0,
          "regularization must be above 0");
  require(ratings.empty() || ratings.size() == training.items.size(),
          "there must be one rating an interaction");
  for (const float rating : ratings) require(std::isfinite(rating), "a rating is not a number");
}

// One side of the ratings: who has what, and how much.
struct Side {
  Interactions rows;
  std::vector<float> values;
  double value(std::uint64_t entry) const { return values.empty() ? 1.0 : double{values[entry]}; }
};

Side transposed(const Interactions &rows, std::span<const float> ratings) {
  Side out;
  out.rows.n_items = static_cast<std::uint32_t>(rows.n_users());
  out.rows.offsets.assign(rows.n_items + std::size_t{1}, 0);
  for (const std::uint32_t item : rows.items) ++out.rows.offsets[item + std::size_t{1}];
  for (std::size_t i = 0; i < rows.n_items; ++i) out.rows.offsets[i + 1] += out.rows.offsets[i];
  out.rows.items.resize(rows.items.size());
  if (!ratings.empty()) out.values.resize(ratings.size());
  std::vector<std::uint64_t> next = out.rows.offsets;
  for (std::uint32_t user = 0; user < rows.n_users(); ++user) {
    for (std::uint64_t e = rows.offsets[user]; e < rows.offsets[user + std::size_t{1}]; ++e) {
      const std::uint64_t at = next[rows.items[e]]++;
      out.rows.items[at] = user;
      if (!ratings.empty()) out.values[at] = ratings[e];
    }
  }
  return out;
}

// Solves rows against one fixed side.
class Solver {
 public:
  Solver(const ConstRows &fixed, const RatedAlsOptions &options)
      : fixed_(fixed), options_(options) {
    if (options.zeros != Zeros::observed) return;
    Gram all = fixed.transpose() * fixed;
    all.diagonal().array() += options.regularization;
    shared_.compute(all);
  }

  // value(i): the rating of history[i].
  template <class Value>
  Eigen::VectorXd solve(std::span<const std::uint32_t> history, const Value &value) const {
    Eigen::VectorXd right = Eigen::VectorXd::Zero(fixed_.cols());
    for (std::size_t i = 0; i < history.size(); ++i) {
      right += value(i) * fixed_.row(history[i]).transpose();
    }
    if (history.empty()) return right;
    if (options_.zeros == Zeros::observed) return shared_.solve(right);
    Gram own = Gram::Zero(fixed_.cols(), fixed_.cols());
    for (const std::uint32_t item : history) {
      own.selfadjointView<Eigen::Lower>().rankUpdate(fixed_.row(item).transpose());
    }
    own.diagonal().array() += options_.regularization;
    return own.selfadjointView<Eigen::Lower>().llt().solve(right);
  }

 private:
  ConstRows fixed_;
  const RatedAlsOptions &options_;
  Eigen::LLT<Gram> shared_;
};

ConstRows rows_of(const std::vector<double> &factors, std::size_t d) {
  return {factors.data(), static_cast<Eigen::Index>(factors.size() / d),
          static_cast<Eigen::Index>(d)};
}

void half_sweep(const Side &side, const std::vector<double> &fixed, const RatedAlsOptions &options,
                std::vector<double> &out) {
  const Solver solver(rows_of(fixed, options.d), options);
  Rows rows(out.data(), static_cast<Eigen::Index>(side.rows.n_users()),
            static_cast<Eigen::Index>(options.d));
  for (std::size_t row = 0; row < side.rows.n_users(); ++row) {
    pulse();
    const std::uint64_t begin = side.rows.offsets[row];
    rows.row(static_cast<Eigen::Index>(row)) =
        solver.solve(side.rows.row(row), [&](std::size_t i) { return side.value(begin + i); });
  }
}

}  // namespace

RatedModel::RatedModel(const Interactions &training, std::span<const float> ratings,
                       const RatedAlsOptions &options)
    : options_(options) {
  check_options(training, ratings, options);
  check_items("rated ALS", training.items, training.n_items);
  const Side by_user{training, {ratings.begin(), ratings.end()}};
  const Side by_item = transposed(training, ratings);
  constexpr std::uint64_t kStream = 0x72616C73;  // "rals"
  Rng rng(options.seed, kStream);
  users_.resize(training.n_users() * options.d);
  items_.resize(training.n_items * options.d);
  for (double &start : items_) start = rng.uniform() / std::sqrt(static_cast<double>(options.d));
  for (unsigned sweep = 0; sweep < options.sweeps; ++sweep) {
    half_sweep(by_user, items_, options, users_);
    half_sweep(by_item, users_, options, items_);
  }
  half_sweep(by_user, items_, options, users_);
}

std::uint32_t RatedModel::n_items() const {
  return static_cast<std::uint32_t>(items_.size() / options_.d);
}

void RatedModel::score_by(std::span<const double> user, std::span<float> scores) const {
  const Eigen::Map<const Eigen::VectorXd> factors(user.data(),
                                                  static_cast<Eigen::Index>(user.size()));
  const Eigen::VectorXd all = rows_of(items_, options_.d) * factors;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = static_cast<float>(all[static_cast<Eigen::Index>(i)]);
  }
}

void RatedModel::score(std::span<const std::uint32_t> history, std::span<float> scores) const {
  score_rated(history, {}, scores);
}

void RatedModel::score_rated(std::span<const std::uint32_t> history, std::span<const float> ratings,
                             std::span<float> scores) const {
  check_scores("rated ALS", scores, n_items());
  check_items("rated ALS", history, n_items());
  if (!ratings.empty() && ratings.size() != history.size()) {
    throw Error(Status::argument, "rated ALS: there must be one rating an item of the history");
  }
  const Solver solver(rows_of(items_, options_.d), options_);
  const Eigen::VectorXd user = solver.solve(
      history, [&](std::size_t i) { return ratings.empty() ? 1.0 : double{ratings[i]}; });
  score_by({user.data(), options_.d}, scores);
}

void RatedModel::score_trained(std::size_t row, std::span<const std::uint32_t>,
                               std::span<float> scores) const {
  check_scores("rated ALS", scores, n_items());
  if (row >= users_.size() / options_.d) {
    throw Error(Status::argument, "rated ALS: row " + std::to_string(row) + " was not trained");
  }
  score_by({users_.data() + row * options_.d, options_.d}, scores);
}

}  // namespace recveil::recommend
