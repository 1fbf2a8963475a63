#include "audit/trainer.h"

#include <cmath>

#include "recommend/als.h"
#include "recommend/fold_factors.h"
#include "recommend/fold_item_cf.h"
#include "recommend/ials.h"
#include "recommend/item_cf.h"
#include "recommend/popularity.h"

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

}  // namespace

std::unique_ptr<recommend::Recommender> train(const Request &request, const Interactions &members,
                                              std::uint64_t seed) {
  if (request.recommender == "popularity") return recommend::train_popularity(members);
  if (request.recommender == "item_cf") return recommend::train_item_cf(members);
  if (request.recommender == "als")
    return recommend::train_als(members, als_options(request, seed));
  return recommend::train_ials(members, ials_options(request, seed));
}

std::vector<recommend::FoldModel> train_folds(const Request &request, const Interactions &members,
                                              const recommend::Folds &folds, std::uint64_t seed) {
  if (request.recommender == "item_cf") {
    const recommend::FoldCounts counts(members, folds);
    std::vector<recommend::FoldModel> out;
    for (std::uint32_t f = 0; f < folds.count; ++f) out.push_back(counts.model(f));
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
