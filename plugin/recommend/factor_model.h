// A trained factorization: the score of an item is the product of a user's row and the item's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/matrix.h"
#include "recommend/recommender.h"
#include "recommend/row_solver.h"

namespace recveil::recommend {

// Trained by train_ials() (recommend/ials.h), train_als() (recommend/als.h) or train_lfm()
// (recommend/lfm.h). Costs are for d factors. All of score(), score_trained() and fold_in() throw
// Error(argument) for an item outside the catalogue and for an output of another size.
class FactorModel final : public Recommender {
 public:
  // users: n_users x d; items: n_items x d. loss: for fold-in.
  FactorModel(Matrix users, Matrix items, const SquaredLoss &loss);
  FactorModel(const FactorModel &) = delete;  // the solver refers to the items
  FactorModel &operator=(const FactorModel &) = delete;

  std::uint32_t n_items() const override { return static_cast<std::uint32_t>(items_.rows); }

  // By fold-in; 0 for every item where the history is empty, and always 0 for an item that nobody
  // had in a training by least squares. Scores below 0 are common. The cost of fold_in() plus
  // n_items d.
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override;

  // By the trained row; `history` is not read. n_items d multiplications. Throws Error(argument)
  // for a row that is not in the training data.
  void score_trained(std::size_t row, std::span<const std::uint32_t> history,
                     std::span<float> scores) const override;

  // row (d values) = the user factors for this history with the item factors fixed: what a user
  // half-step makes of it, bit by bit. See RowSolver::solve for the cost, and for Error(data).
  void fold_in(std::span<const std::uint32_t> history, std::span<float> row) const;

  const Matrix &user_factors() const { return users_; }       // n_users x d
  const Matrix &item_factors() const { return items_; }       // n_items x d
  const Matrix &item_gram() const { return solver_.gram(); }  // d x d: Y^T Y

 private:
  Matrix users_, items_;
  RowSolver solver_;
};

}  // namespace recveil::recommend
