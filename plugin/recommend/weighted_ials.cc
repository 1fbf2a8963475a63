#include "recommend/weighted_ials.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/watch.h"
#include "recommend/alternate.h"
#include "recommend/initial_factors.h"
#include "recommend/transpose.h"

namespace recveil::recommend {
namespace {

// Each row times `scale` of it.
Matrix scaled(const Matrix &rows, std::span<const float> weights, float (*scale)(float)) {
  Matrix out = rows;
  for (std::size_t r = 0; r < out.rows; ++r) {
    const float factor = scale(weights[r]);
    std::transform(out.row(r), out.row(r) + out.cols, out.row(r),
                   [factor](float value) { return factor * value; });
  }
  return out;
}

double sum_of(std::span<const std::uint32_t> users, std::span<const float> weights) {
  double out = 0;
  for (const std::uint32_t user : users) out += static_cast<double>(weights[user]);
  return out;
}

// Half steps with the coefficients of RowSolver, and with weights in them.
class WeightedSolver {
 public:
  WeightedSolver(const Matrix &fixed, const SquaredLoss &loss)
      : loss_(loss), gram_(numerics::gram(fixed)), rows_(fixed.rows), scratch_(fixed.cols) {}

  // One row: `products` and `sums` are `fixed`, scaled so that their outer products and their sum
  // have the weights of the entries in them; `common` is a weight of all entries; observed: the sum
  // of the weights.
  void solve(const Matrix &products, const Matrix &sums, std::span<const std::uint32_t> entries,
             float common, double observed, std::span<float> out) {
    numerics::sum_rows(sums, entries, common * static_cast<float>(loss_.observed_weight), out);
    if (entries.empty() || observed <= 0) return std::fill(out.begin(), out.end(), 0.f);
    const auto weight = static_cast<float>(loss_.unobserved_weight);
    for (std::size_t k = 0; k < gram_.data.size(); ++k) {
      scratch_.system.data[k] = weight * gram_.data[k];
    }
    const double total = loss_.observed_weight * observed +
                         loss_.unobserved_weight * (static_cast<double>(rows_) - observed);
    const double lambda = loss_.regularization * std::pow(total, loss_.regularization_exponent);
    for (std::size_t c = 0; c < gram_.cols; ++c) {
      scratch_.system.row(c)[c] += static_cast<float>(lambda);
    }
    const double extra = loss_.observed_weight - loss_.unobserved_weight;
    numerics::add_outer_products(products, entries, common * static_cast<float>(extra), scratch_);
    numerics::factorize(scratch_.system);
    numerics::solve(scratch_.system, out);
  }

 private:
  const SquaredLoss loss_;
  const Matrix gram_;
  const std::size_t rows_;
  numerics::RidgeScratch scratch_;
};

}  // namespace

std::unique_ptr<FactorModel> train_weighted_ials(const Interactions &training,
                                                 std::span<const float> weights,
                                                 const IalsOptions &options) {
  check_alternation("weighted ials", options.d, options.loss, options.sweeps, options.threads);
  if (weights.size() != training.n_users()) {
    throw Error(Status::argument, "weighted ials: weights must be one a user");
  }
  for (const float weight : weights) {
    if (!(weight >= 0 && weight <= 1)) {
      throw Error(Status::argument, "weighted ials: a weight is not from 0 to 1");
    }
  }
  const Interactions users_of = transpose(training);
  Matrix users = initial_factors(training.n_users(), options);
  users = scaled(users, weights, [](float weight) { return weight; });
  Matrix items{training.n_items, options.d, std::vector<float>(training.n_items * options.d)};
  for (unsigned sweep = 0; sweep < options.sweeps; ++sweep) {
    {
      const Matrix products =
          scaled(users, weights, [](float weight) { return std::sqrt(weight); });
      const Matrix sums = scaled(users, weights, [](float weight) { return weight; });
      WeightedSolver solver(users, options.loss);
      for (std::size_t item = 0; item < items.rows; ++item) {
        pulse();
        const auto entries = users_of.row(item);
        solver.solve(products, sums, entries, 1, sum_of(entries, weights),
                     {items.row(item), items.cols});
      }
    }
    WeightedSolver solver(items, options.loss);
    for (std::size_t user = 0; user < users.rows; ++user) {
      pulse();
      const auto entries = training.row(user);
      const float weight = weights[user];
      solver.solve(items, items, entries, weight,
                   static_cast<double>(weight) * static_cast<double>(entries.size()),
                   {users.row(user), users.cols});
    }
  }
  return std::make_unique<FactorModel>(std::move(users), std::move(items), options.loss);
}

}  // namespace recveil::recommend
