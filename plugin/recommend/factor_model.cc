#include "recommend/factor_model.h"

#include <string>
#include <utility>
#include <vector>

#include "recommend/check.h"

namespace recveil::recommend {

FactorModel::FactorModel(Matrix users, Matrix items, const SquaredLoss &loss)
    : users_(std::move(users)), items_(std::move(items)), solver_(items_, loss) {}

void FactorModel::score(std::span<const std::uint32_t> history, std::span<float> scores) const {
  check_scores("factor model", scores, n_items());
  std::vector<float> row(items_.cols);
  fold_in(history, row);
  numerics::multiply(items_, row, scores);
}

void FactorModel::score_trained(std::size_t row, std::span<const std::uint32_t>,
                                std::span<float> scores) const {
  check_scores("factor model", scores, n_items());
  if (row >= users_.rows) {
    throw Error(Status::argument, "factor model: row " + std::to_string(row) + " of " +
                                      std::to_string(users_.rows) + " trained users");
  }
  numerics::multiply(items_, {users_.row(row), users_.cols}, scores);
}

void FactorModel::fold_in(std::span<const std::uint32_t> history, std::span<float> row) const {
  check_items("factor model: history", history, n_items());
  if (row.size() != items_.cols) {
    throw Error(Status::argument, "factor model: room for " + std::to_string(row.size()) +
                                      " factors, the model has " + std::to_string(items_.cols));
  }
  numerics::RidgeScratch scratch(items_.cols);
  solver_.solve(history, scratch, row);
}

}  // namespace recveil::recommend
