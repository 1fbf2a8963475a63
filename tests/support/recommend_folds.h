// For the tests of cross-fit training: the toggle, and slow twins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/interactions.h"
#include "core/random.h"
#include "recommend/fold_model.h"
#include "recommend/folds.h"
#include "support/recommend_factors.h"

namespace recveil::support {

// People, each with a fold of their own that stays when others join or leave.
struct FoldedPeople {
  Interactions rows;
  std::vector<std::uint32_t> fold;
  std::uint32_t count = 0;

  recommend::Folds folds() const { return {fold, count}; }

  // Everybody but one; the rows behind move up.
  FoldedPeople without(std::size_t user) const {
    FoldedPeople out{{}, {}, count};
    out.rows.n_items = rows.n_items;
    for (std::size_t u = 0; u < rows.n_users(); ++u) {
      if (u == user) continue;
      out.rows.append(rows.row(u));
      out.fold.push_back(fold[u]);
    }
    return out;
  }
};

inline FoldedPeople deal(Interactions rows, std::uint32_t count, std::uint64_t seed) {
  FoldedPeople out{std::move(rows), {}, count};
  Rng rng(seed, 0x6465616C);  // "deal"
  for (std::size_t u = 0; u < out.rows.n_users(); ++u) {
    out.fold.push_back(static_cast<std::uint32_t>(rng.below(count)));
  }
  return out;
}

inline bool same_bits(const recommend::FoldModel &a, const recommend::FoldModel &b) {
  return a.support == b.support && a.items.rows == b.items.rows && a.items.cols == b.items.cols &&
         a.items.data == b.items.data && a.weights == b.weights;
}

struct Toggled {
  std::size_t users = 0, models = 0, slates = 0;  // models and slates: how many changed
};

// The toggle: for each of `n` users spread over the rows, is the model of the user's fold the same,
// and is the user's slate of 100, if the user had never been in the training data?
// train(people, fold) -> FoldModel.
template <class Train>
Toggled toggle(const FoldedPeople &people, std::size_t n, Train train) {
  std::vector<recommend::FoldModel> models;
  for (std::uint32_t fold = 0; fold < people.count; ++fold) models.push_back(train(people, fold));
  Toggled out;
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t user = k * people.rows.n_users() / n;
    const recommend::FoldModel &with = models[people.fold[user]];
    const recommend::FoldModel without = train(people.without(user), people.fold[user]);
    const auto history = people.rows.row(user);
    ++out.users;
    if (same_bits(with, without)) continue;  // and so is everything that is made of it
    ++out.models;
    out.slates += recommend::FoldRanker(with, 1).rank(history, 100) !=
                  recommend::FoldRanker(without, 1).rank(history, 100);
  }
  return out;
}

// Sweeps (users against items, items against users) in double over all pairs.
inline DenseRows slow_sweeps(const Interactions &members, DenseRows items,
                             const recommend::SquaredLoss &loss, unsigned sweeps) {
  const DenseRows x = dense(members);
  DenseRows users(x.rows(), items.cols());
  for (unsigned sweep = 0; sweep < sweeps; ++sweep) {
    for (Eigen::Index u = 0; u < x.rows(); ++u) users.row(u) = slow_row(items, x.row(u), loss);
    for (Eigen::Index i = 0; i < x.cols(); ++i) items.row(i) = slow_row(users, x.col(i), loss);
  }
  return items;
}

}  // namespace recveil::support
