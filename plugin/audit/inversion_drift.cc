#include "audit/inversion_drift.h"

#include "recommend/folds.h"
#include "recommend/item_neighbors.h"

namespace recveil::audit {

WatchedModel::WatchedModel(const InversionRequest &request, const Interactions &training)
    : support(recommend::support(training)) {
  const recommend::ItemNeighbors model(training, {request.neighbours, request.shrinkage});
  for (std::size_t item = 0; item < training.n_items; ++item) {
    for (const auto &[neighbor, similarity] : model.neighbors(item)) {
      neighborhoods.items.push_back(neighbor);
      neighborhoods.similarity.push_back(similarity);
    }
    neighborhoods.offsets.push_back(neighborhoods.items.size());
  }
}

bool drift_alarm(const WatchedModel &last, const WatchedModel &next, std::uint32_t item) {
  constexpr std::size_t kPeers = 500;
  constexpr double kAlpha = 0.01;
  const std::vector<double> drift = defense::item_drift(last.neighborhoods, next.neighborhoods);
  return defense::drift_p_value(drift, last.support, item, kPeers) <= kAlpha;
}

}  // namespace recveil::audit
