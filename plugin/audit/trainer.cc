#include "audit/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "recommend/als.h"
#include "recommend/fold_factors.h"
#include "recommend/fold_item_cf.h"
#include "recommend/ials.h"
#include "recommend/item_cf.h"
#include "recommend/lfm.h"
#include "recommend/popularity.h"
#include "recommend/weighted_ials.h"

namespace recveil::audit {
namespace {

// Hu et al. with confidence 1 + 4, settled on one split of lastfm-2k before any attack ran.
recommend::IalsOptions ials_options(const Request &request, std::uint64_t seed) {
  recommend::IalsOptions options;
  options.d = request.dimension;
  options.loss = {.observed_weight = 5,
                  .unobserved_weight = 1,
                  .regularization = 10,
                  .regularization_exponent = 0};
  options.sweeps = 6;
  options.seed = seed;
  return options;
}

recommend::AlsOptions als_options(const Request &request, std::uint64_t seed) {
  recommend::AlsOptions options;
  options.d = request.dimension;
  options.seed = seed;
  return options;
}

recommend::LfmOptions lfm_options(const Request &request, std::uint64_t seed) {
  recommend::LfmOptions options;
  options.d = request.dimension;
  options.seed = seed;
  return options;
}

// The power of two that is nearest to the mean length of a history.
double round_length(const Interactions &members) {
  const auto users = static_cast<double>(std::max<std::size_t>(members.n_users(), 1));
  const double mean = static_cast<double>(members.size()) / users;
  return std::exp2(std::round(std::log2(std::max(mean, 1.0))));
}

// The last items of each history, `most` at most.
Interactions capped(const Interactions &all, std::size_t most) {
  Interactions out;
  out.n_items = all.n_items;
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    const auto row = all.row(u);
    out.append(row.last(std::min(most, row.size())));
  }
  return out;
}

// The `most` heaviest neighbours of each item, ties by lower item, in ascending order of item.
recommend::FoldModel with_neighbours(recommend::FoldModel model, std::size_t most) {
  recommend::ItemWeights &all = model.weights, out;
  std::vector<std::uint64_t> order;
  out.offsets = {0};
  for (std::size_t i = 0; i + 1 < all.offsets.size(); ++i) {
    order.resize(all.offsets[i + 1] - all.offsets[i]);
    std::iota(order.begin(), order.end(), all.offsets[i]);
    if (order.size() > most) {
      std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most),
                       order.end(), [&](std::uint64_t a, std::uint64_t b) {
                         return all.weights[a] != all.weights[b] ? all.weights[a] > all.weights[b]
                                                                 : a < b;
                       });
      order.resize(most);
      std::sort(order.begin(), order.end());
    }
    for (const std::uint64_t at : order) {
      out.items.push_back(all.items[at]);
      out.weights.push_back(all.weights[at]);
    }
    out.offsets.push_back(out.items.size());
  }
  model.weights = std::move(out);
  return model;
}

// Item-based filtering that knows some neighbours of each item alone.
class FewNeighbours final : public recommend::Recommender {
 public:
  FewNeighbours(const Interactions &members, std::size_t most)
      : model_(with_neighbours(recommend::item_cf_model(recommend::co_occurrence(members)), most)),
        ranker_(model_, 1) {}
  std::uint32_t n_items() const override { return model_.n_items(); }
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override {
    const std::vector<double> all = ranker_.score(history);
    std::transform(all.begin(), all.end(), scores.begin(),
                   [](double value) { return static_cast<float>(value); });
  }

 private:
  const recommend::FoldModel model_;
  const recommend::FoldRanker ranker_;
};

}  // namespace

std::unique_ptr<recommend::Recommender> train(const Request &request, const Interactions &given,
                                              std::uint64_t seed) {
  const Interactions cut =
      request.history_cap > 0 ? capped(given, request.history_cap) : Interactions{};
  const Interactions &members = request.history_cap > 0 ? cut : given;
  if (request.recommender == "popularity") return recommend::train_popularity(members);
  if (request.recommender == "item_cf" && request.neighbours > 0) {
    return std::make_unique<FewNeighbours>(members, request.neighbours);
  }
  if (request.recommender == "item_cf") return recommend::train_item_cf(members);
  if (request.recommender == "als")
    return recommend::train_als(members, als_options(request, seed));
  if (request.recommender == "lfm")
    return recommend::train_lfm(members, lfm_options(request, seed));
  return recommend::train_ials(members, ials_options(request, seed));
}

std::unique_ptr<recommend::Recommender> train_weighted(const Request &request,
                                                       const Interactions &members,
                                                       std::span<const float> weights,
                                                       std::uint64_t seed) {
  if (request.recommender != "ials") return nullptr;
  return recommend::train_weighted_ials(members, weights, ials_options(request, seed));
}

std::vector<recommend::FoldModel> train_folds(const Request &request, const Interactions &given,
                                              const recommend::Folds &folds, std::uint64_t seed) {
  const Interactions cut =
      request.history_cap > 0 ? capped(given, request.history_cap) : Interactions{};
  const Interactions &members = request.history_cap > 0 ? cut : given;
  if (request.recommender == "item_cf") {
    const recommend::FoldCounts counts(members, folds);
    std::vector<recommend::FoldModel> out;
    for (std::uint32_t f = 0; f < folds.count; ++f) {
      out.push_back(request.neighbours > 0 ? with_neighbours(counts.model(f), request.neighbours)
                                           : counts.model(f));
    }
    return out;
  }
  if (request.recommender == "lfm") {
    std::vector<recommend::FoldModel> out;
    for (std::uint32_t f = 0; f < folds.count; ++f) {
      out.push_back(recommend::train_lfm_fold(recommend::without_folds(members, folds, f, f + 1),
                                              lfm_options(request, seed), round_length(members)));
    }
    return out;
  }
  if (request.recommender == "ials") {
    return recommend::train_folds(members, folds, ials_options(request, seed)).models;
  }
  // lambda is in units of a singular value, which falls with the data: see fold_factors.h.
  recommend::AlsOptions options = als_options(request, seed);
  options.regularization *= std::sqrt((folds.count - 1.0) / folds.count);
  return recommend::train_folds(members, folds, recommend::as_ials(options)).models;
}

double training_units(const std::string &recommender, const Cell &cell) {
  return cell.defense == "cross_fit" && recommender != "item_cf" ? cell.folds - 1.0 : 1.0;
}

}  // namespace recveil::audit
