#include "recommend/ials.h"

#include <cmath>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "recommend/transpose.h"

namespace recveil::recommend {
namespace {

using numerics::Matrix;

constexpr std::uint64_t kInitialStream = 0x69616C73;  // "ials"

void require(bool holds, const char *what) {
  if (!holds) throw Error(Status::argument, std::string("ials: ") + what);
}

void check(const IalsOptions &options) {
  const SquaredLoss &loss = options.loss;
  require(options.d >= 1, "d must be at least 1");
  require(options.sweeps >= 1, "sweeps must be at least 1");
  require(options.threads >= 1, "threads must be at least 1");
  require(loss.unobserved_weight >= 0, "unobserved_weight must be at least 0");
  require(std::isfinite(loss.observed_weight) && loss.observed_weight > 0 &&
              loss.observed_weight >= loss.unobserved_weight,
          "observed_weight must be above 0 and at least unobserved_weight");
  require(std::isfinite(loss.regularization) && loss.regularization > 0,
          "regularization must be above 0");
  require(std::isfinite(loss.regularization_exponent), "regularization_exponent must be a number");
}

Matrix zeros(std::size_t rows, std::size_t d) {
  return {rows, d, std::vector<float>(rows * d)};
}

Matrix initial_users(std::size_t n, const IalsOptions &options) {
  Matrix users = zeros(n, options.d);
  Rng rng(options.seed, kInitialStream);
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.d));
  for (float &value : users.data) value = static_cast<float>(deviation * rng.normal());
  return users;
}

// Every row of `out` against `fixed`: thread t has the rows t, t + threads, ...
void half_step(const Matrix &fixed, const Interactions &rows, const IalsOptions &options,
               Matrix &out) {
  const RowSolver solver(fixed, options.loss);
  std::vector<std::exception_ptr> failures(options.threads);
  const auto work = [&](unsigned t) {
    try {
      numerics::RidgeScratch scratch(options.d);
      for (std::size_t row = t; row < out.rows; row += options.threads) {
        solver.solve(rows.row(row), scratch, {out.row(row), options.d});
      }
    } catch (...) {
      failures[t] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < options.threads; ++t) others.emplace_back(work, t);
    work(0);
  }
  for (const std::exception_ptr &failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

std::unique_ptr<FactorModel> train_ials(const Interactions &training, const IalsOptions &options) {
  check(options);
  const Interactions users_of = transpose(training);
  Matrix users = initial_users(training.n_users(), options);
  Matrix items = zeros(training.n_items, options.d);
  for (unsigned sweep = 0; sweep < options.sweeps; ++sweep) {
    half_step(users, users_of, options, items);
    half_step(items, training, options, users);
  }
  return std::make_unique<FactorModel>(std::move(users), std::move(items), options.loss);
}

}  // namespace recveil::recommend
