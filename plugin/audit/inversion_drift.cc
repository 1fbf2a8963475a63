#include "audit/inversion_drift.h"

#include <memory>
#include <vector>

#include "audit/inversion_system.h"
#include "core/serving.h"
#include "recommend/factor_model.h"
#include "recommend/folds.h"
#include "recommend/item_neighbors.h"
#include "recommend/rated_als.h"

namespace recveil::audit {
namespace {

// Row j: the items that have j among their neighbours, which is where people with j score.
struct Rows {
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> weights;

  explicit Rows(const recommend::ItemNeighbors &model) {
    const std::size_t n = model.n_items();
    std::vector<std::vector<recommend::ItemNeighbors::Neighbor>> rows(n);
    for (std::uint32_t item = 0; item < n; ++item) {
      for (const auto &[neighbor, similarity] : model.neighbors(item)) {
        rows[neighbor].push_back({item, similarity});
      }
    }
    for (const auto &row : rows) {
      for (const auto &[item, weight] : row) {
        items.push_back(item);
        weights.push_back(weight);
      }
      offsets.push_back(items.size());
    }
  }
};

}  // namespace

defense::ModelSketch watched_model(const InversionRequest &request, const std::string &recommender,
                                   const attack::Accounts &training, std::uint32_t item,
                                   std::uint64_t seed) {
  const std::vector<std::uint32_t> support = recommend::support(training.histories);
  const std::unique_ptr<recommend::Recommender> model =
      train_target(request, recommender, training, seed);
  defense::ModelSketch out;
  defense::LentModel lent;
  lent.support = support;
  if (const auto *neighbors = dynamic_cast<const recommend::ItemNeighbors *>(model.get())) {
    const Rows rows(*neighbors);
    out.kind = lent.kind = defense::FoldKind::item_item;
    out.items = defense::sketched_items(support, {&item, 1}, 0);
    lent.weights = {rows.offsets.data(), rows.items.data(), rows.weights.data()};
    out.folds.push_back(defense::sketch(lent, out.items));
    return out;
  }
  std::vector<float> factors;
  if (const auto *rated = dynamic_cast<const recommend::RatedModel *>(model.get())) {
    for (const double value : rated->items()) factors.push_back(static_cast<float>(value));
  } else {
    factors = dynamic_cast<const recommend::FactorModel &>(*model).item_factors().data;
  }
  lent.factors.items = factors.data();
  lent.factors.d = lent.factors.stride = factors.size() / support.size();
  out.items = defense::sketched_items(support, {&item, 1}, lent.factors.d);
  out.folds.push_back(defense::sketch(lent, out.items));
  return out;
}

bool drift_alarm(const defense::ModelSketch &last, const defense::ModelSketch &next,
                 std::uint32_t item) {
  const auto change = defense::compare(last, next, {&item, 1}).front();
  return change.compared && change.p_value <= WatchPolicy{}.false_alarm_rate;
}

}  // namespace recveil::audit
