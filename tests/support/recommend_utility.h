// What cross-fit serving costs in utility: user-disjoint members and non-members, a fifth of every
// history held out, everybody folded in on one model or on the model of their fold.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/interactions.h"
#include "core/random.h"
#include "recommend/fold_model.h"
#include "support/recommend_slow.h"

namespace recveil::support {

// People with the history that the platform knows, what was held out, and their fold.
struct Served {
  Interactions history, held_out;
  std::vector<std::uint32_t> fold;
};

// `per_part` people of at least 20 interactions in each of two parts, disjoint and at random; every
// interaction is held out with probability .2.
struct TwoParts {
  Served part[2];

  TwoParts(const Interactions &all, std::size_t per_part, std::uint32_t folds, std::uint64_t seed) {
    Rng rng(seed, 0x7574696C);  // "util"
    std::vector<std::uint32_t> users;
    for (std::uint32_t u = 0; u < all.n_users(); ++u) {
      if (all.row(u).size() >= 20) users.push_back(u);
    }
    rng.shuffle(users);
    for (std::size_t k = 0; k < 2 * per_part; ++k) {
      Served &served = part[k / per_part];
      served.history.n_items = served.held_out.n_items = all.n_items;
      std::vector<std::uint32_t> kept, out;
      for (const std::uint32_t item : all.row(users[k])) {
        (rng.uniform() < 0.2 ? out : kept).push_back(item);
      }
      served.history.append(kept);
      served.held_out.append(out);
      served.fold.push_back(static_cast<std::uint32_t>(rng.below(folds)));
    }
  }
};

// DCG of the first ten over that of the ideal ten, several relevant items.
inline double slow_ndcg10(std::span<const std::uint32_t> list,
                          std::span<const std::uint32_t> relevant) {
  double dcg = 0, ideal = 0;
  for (std::size_t rank = 0; rank < 10; ++rank) {
    const double gain = 1 / std::log2(static_cast<double>(rank + 2));
    if (rank < list.size() && holds(relevant, list[rank])) dcg += gain;
    if (rank < relevant.size()) ideal += gain;
  }
  return dcg / ideal;
}

// Mean over the people for whom something was held out. models: one for everybody, or one a fold.
inline double mean_ndcg10(const std::vector<recommend::FoldModel> &models, const Served &people,
                          std::uint32_t support_floor = 1) {
  std::vector<recommend::FoldRanker> rankers;
  for (const recommend::FoldModel &model : models) rankers.emplace_back(model, support_floor);
  double sum = 0;
  std::size_t n = 0;
  for (std::size_t u = 0; u < people.history.n_users(); ++u) {
    if (people.held_out.row(u).empty()) continue;
    const auto &ranker = rankers[models.size() == 1 ? 0 : people.fold[u]];
    sum += slow_ndcg10(ranker.rank(people.history.row(u), 10), people.held_out.row(u));
    ++n;
  }
  return sum / static_cast<double>(n);
}

}  // namespace recveil::support
