#include "recommend/item_neighbors.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "recommend/check.h"
#include "recommend/co_occurrence.h"

namespace recveil::recommend {

ItemNeighbors::ItemNeighbors(const Interactions &training, const ItemNeighborOptions &options) {
  if (options.neighbors < 1 || !(options.shrinkage >= 0) || !std::isfinite(options.shrinkage)) {
    throw Error(Status::argument,
                "item neighbours: there must be at least 1, and a shrinkage of 0 or more");
  }
  const CoOccurrence counts = co_occurrence(training);
  std::vector<Neighbor> row;
  for (std::size_t i = 0; i < counts.n_items(); ++i) {
    pulse();
    row.clear();
    for (const CoCount &pair : counts.row(i)) {
      const double norm = std::sqrt(static_cast<double>(counts.degree[i]) *
                                    static_cast<double>(counts.degree[pair.item]));
      row.push_back({pair.item, static_cast<float>(pair.count / (norm + options.shrinkage))});
    }
    const auto best =
        row.begin() + static_cast<std::ptrdiff_t>(std::min(options.neighbors, row.size()));
    std::partial_sort(row.begin(), best, row.end(), [](const Neighbor &a, const Neighbor &b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
    });
    neighbors_.insert(neighbors_.end(), row.begin(), best);
    offsets_.push_back(neighbors_.size());
  }
}

std::uint32_t ItemNeighbors::n_items() const {
  return static_cast<std::uint32_t>(offsets_.size() - 1);
}

void ItemNeighbors::score(std::span<const std::uint32_t> history, std::span<float> scores) const {
  check_scores("item neighbours", scores, n_items());
  check_items("item neighbours", history, n_items());
  std::vector<bool> has(n_items(), false);
  for (const std::uint32_t item : history) has[item] = true;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    double sum = 0;
    for (const Neighbor &one : neighbors(i)) {
      if (has[one.item]) sum += double{one.similarity};
    }
    scores[i] = static_cast<float>(sum);
  }
}

}  // namespace recveil::recommend
