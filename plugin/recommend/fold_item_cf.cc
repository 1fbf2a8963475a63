#include "recommend/fold_item_cf.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "recommend/check.h"

namespace recveil::recommend {

FoldModel item_cf_model(const CoOccurrence &counts) {
  FoldModel out;
  out.support = counts.degree;
  out.weights.offsets = counts.offsets;
  out.weights.items.reserve(counts.entries.size());
  out.weights.weights.reserve(counts.entries.size());
  for (std::size_t j = 0; j < counts.n_items(); ++j) {
    for (const CoCount &entry : counts.row(j)) {
      const double product =
          static_cast<double>(counts.degree[entry.item]) * static_cast<double>(counts.degree[j]);
      out.weights.items.push_back(entry.item);
      out.weights.weights.push_back(static_cast<float>(entry.count / std::sqrt(product)));
    }
  }
  return out;
}

FoldCounts::FoldCounts(const Interactions &training, const Folds &folds) {
  check_folds("item-cf folds", training, folds);
  for (std::uint32_t fold = 0; fold < folds.count; ++fold) {
    parts_.push_back(co_occurrence(only_fold(training, folds, fold)));
  }
  all_ = sum(parts_);
}

void LeaveOneOut::score(std::span<const std::uint32_t> trained,
                        std::span<const std::uint32_t> history, std::uint32_t support_floor,
                        std::span<float> scores) const {
  check_scores("leave-one-out", scores, n_items());
  check_items("leave-one-out: training history", trained, n_items());
  check_items("leave-one-out: history", history, n_items());
  std::vector<std::uint8_t> t(n_items(), 0);
  for (const std::uint32_t item : trained) t[item] = 1;

  // As ItemCf::score(), with the counts of the others.
  const auto degree = [&](std::size_t i) {
    if (counts_.degree[i] < t[i]) {
      throw Error(Status::argument, "leave-one-out: nobody was counted with item " +
                                        std::to_string(i) + " of the training history");
    }
    return counts_.degree[i] - t[i];
  };
  const auto inverse_root = [&](std::size_t i) {
    const std::uint32_t d = degree(i);
    return d == 0 ? 0 : 1 / std::sqrt(d);
  };
  std::vector<std::uint32_t> items(history.begin(), history.end());
  std::sort(items.begin(), items.end());
  std::vector<double> sum(n_items(), 0);
  for (const std::uint32_t j : items) {
    const double root = inverse_root(j);
    for (const CoCount &entry : counts_.row(j)) {
      sum[entry.item] += root * (entry.count - (t[j] & t[entry.item]));
    }
  }
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const bool enough = degree(i) >= support_floor;
    scores[i] = enough ? static_cast<float>(inverse_root(i) * sum[i]) : 0.0f;
  }
}

}  // namespace recveil::recommend
