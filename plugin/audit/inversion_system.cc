#include "audit/inversion_system.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/keys.h"
#include "core/random.h"
#include "core/watch.h"
#include "defense/private/accountant.h"
#include "defense/private/catalogue.h"
#include "defense/private/denoise.h"
#include "defense/private/model.h"
#include "defense/private/release.h"
#include "defense/private/statistics.h"
#include "recommend/factor_model.h"
#include "recommend/ials.h"
#include "recommend/item_neighbors.h"
#include "recommend/rated_als.h"

namespace recveil::audit {
namespace {

std::span<const float> ratings_of(const attack::Accounts &accounts, std::size_t row) {
  if (accounts.ratings.empty()) return {};
  return {accounts.ratings.data() + accounts.histories.offsets[row],
          accounts.histories.row(row).size()};
}

attack::Accounts rows_of(const attack::Accounts &all, const std::vector<std::uint32_t> &rows) {
  attack::Accounts out{all.histories.select(rows), {}};
  for (const std::uint32_t row : rows) {
    const auto ratings = ratings_of(all, row);
    out.ratings.insert(out.ratings.end(), ratings.begin(), ratings.end());
  }
  return out;
}

// Fills the scores of a row of the training.
using Score = std::function<void(std::size_t row, std::span<float> scores)>;

Score fold_in(const recommend::Recommender &model, const attack::Accounts &accounts) {
  return [&model, &accounts](std::size_t row, std::span<float> scores) {
    const auto history = accounts.histories.row(row);
    if (const auto *rated = dynamic_cast<const recommend::RatedModel *>(&model)) {
      rated->score_rated(history, ratings_of(accounts, row), scores);
    } else {
      model.score(history, scores);
    }
  };
}

// Item factors by the recipe of docs/private.md. The audit's key is of its seed: what it draws
// protects nobody.
std::unique_ptr<recommend::Recommender> train_private(const InversionRequest &request,
                                                      const attack::Accounts &training,
                                                      std::uint64_t seed) {
  const Interactions &rows = training.histories;
  Key key{};
  for (std::size_t i = 0; i < 8; ++i) {
    key.bytes[i] = static_cast<unsigned char>(seed >> (8 * i));
  }
  const defense::BudgetParts budget = defense::split_budget(request.privacy);
  std::vector<std::int64_t> counts(rows.n_items, 0);
  for (std::size_t u = 0; u < rows.n_users(); ++u) defense::add_counts(rows.row(u), counts);
  const auto noisy = defense::noisy_counts(counts, key, 1, budget.counts);
  const std::size_t n = defense::catalogue_size(rows.n_users(), request.privacy, rows.n_items);
  const defense::Catalogue catalogue(defense::largest_counts(noisy, n), rows.n_items);
  std::vector<std::int64_t> triangle(defense::triangle_size(n), 0);
  for (std::size_t u = 0; u < rows.n_users(); ++u) {
    pulse();
    defense::add_gram(rows.row(u), catalogue, triangle);
  }
  const auto gram = defense::noisy_gram(triangle, n, key, 1, budget.gram);
  const auto model =
      defense::private_factors(gram.matrix, n, std::min<std::size_t>(request.dimension, n), gram.sd,
                               defense::least_ridge(rows.n_users()));
  Matrix items{rows.n_items, model.factors.cols,
               std::vector<float>(rows.n_items * model.factors.cols, 0)};
  for (std::size_t i = 0; i < n; ++i) {
    std::copy_n(model.factors.row(i), items.cols, items.row(catalogue.items()[i]));
  }
  return std::make_unique<recommend::FactorModel>(
      Matrix{0, items.cols, {}}, std::move(items),
      recommend::SquaredLoss{1, 1, model.regularization, 0});
}

class Lists {
 public:
  Lists(const InversionRequest &request, std::uint32_t n_items)
      : length_(request.list_length), scores_(n_items) {}
  std::span<const std::uint32_t> best(const Score &score, const attack::Accounts &accounts,
                                      std::size_t row) {
    pulse();
    score(row, scores_);
    recommend::top_k_unseen(scores_, accounts.histories.row(row), length_, list_);
    return list_;
  }

 private:
  std::size_t length_;
  std::vector<float> scores_;
  std::vector<std::uint32_t> list_;
};

}  // namespace

std::unique_ptr<recommend::Recommender> train_target(const InversionRequest &request,
                                                     const std::string &recommender,
                                                     const attack::Accounts &training,
                                                     std::uint64_t seed) {
  if (recommender == "item_cf") {
    return std::make_unique<recommend::ItemNeighbors>(
        training.histories, recommend::ItemNeighborOptions{request.neighbours, request.shrinkage});
  }
  if (recommender == "ials") {
    return recommend::train_ials(
        training.histories,
        {.d = request.dimension, .loss = {kIalsWeight, 1, 1, 0}, .sweeps = 12, .seed = seed});
  }
  const bool dense = recommender == "als";
  return std::make_unique<recommend::RatedModel>(
      training.histories, training.ratings,
      recommend::RatedAlsOptions{
          .d = request.dimension,
          .regularization = request.regularization,
          .zeros = dense ? recommend::Zeros::observed : recommend::Zeros::missing,
          .sweeps = 20,
          .seed = seed});
}

RankedLists shown_lists(const InversionRequest &request, const std::string &recommender,
                        const std::string &defense, const attack::Accounts &training,
                        std::size_t people, std::uint64_t seed) {
  RankedLists out;
  out.n_items = training.histories.n_items;
  Lists lists(request, out.n_items);
  if (defense == "cross_fit") {
    Rng rng(seed, 47);
    std::vector<std::uint32_t> fold;
    for (std::size_t row = 0; row < training.histories.n_users(); ++row) {
      fold.push_back(static_cast<std::uint32_t>(rng.below(request.folds)));
    }
    std::vector<std::vector<std::uint32_t>> shown(people);
    for (std::uint32_t f = 0; f < request.folds; ++f) {
      std::vector<std::uint32_t> others;
      for (std::uint32_t row = 0; row < fold.size(); ++row) {
        if (fold[row] != f) others.push_back(row);
      }
      const auto model = train_target(request, recommender, rows_of(training, others), seed + f);
      const Score score = fold_in(*model, training);
      for (std::size_t row = 0; row < people; ++row) {
        if (fold[row] != f) continue;
        const auto list = lists.best(score, training, row);
        shown[row].assign(list.begin(), list.end());
      }
    }
    for (const auto &list : shown) out.append(list);
    return out;
  }
  const auto model = defense == "private" ? train_private(request, training, seed)
                                          : train_target(request, recommender, training, seed);
  const Score score = defense == "private"
                          ? fold_in(*model, training)
                          : Score([&](std::size_t row, std::span<float> scores) {
                              model->score_trained(row, training.histories.row(row), scores);
                            });
  for (std::size_t row = 0; row < people; ++row) out.append(lists.best(score, training, row));
  return out;
}

}  // namespace recveil::audit
