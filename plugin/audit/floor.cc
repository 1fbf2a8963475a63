#include "audit/floor.h"

#include <algorithm>
#include <array>

#include "core/random.h"
#include "core/watch.h"
#include "recommend/fold_item_cf.h"

namespace recveil::audit {
namespace {

// By floor, from 1: how many items that may be shown stand before `item`.
std::array<std::size_t, kMostFloor> places(const recommend::FoldModel &model,
                                           const std::vector<double> &scores,
                                           const std::vector<std::uint8_t> &seen,
                                           std::uint32_t item) {
  std::array<std::size_t, kMostFloor + 1> before{};  // of items with just that support
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    const bool first = scores[i] != scores[item] ? scores[i] > scores[item] : i < item;
    if (first && seen[i] == 0) ++before[std::min(model.support[i], kMostFloor)];
  }
  std::array<std::size_t, kMostFloor> out{};
  std::size_t sum = 0;
  for (std::uint32_t floor = kMostFloor; floor >= 1; --floor) {
    sum += before[floor];
    out[floor - 1] = sum;
  }
  return out;
}

}  // namespace

FloorChoice choose_floor(const recommend::HoldOut &data, std::span<const std::uint32_t> users,
                         std::size_t served, std::uint32_t folds, std::uint64_t seed) {
  const Interactions training = data.history.select(users);
  std::vector<std::uint32_t> of(users.size());
  for (std::size_t u = 0; u < of.size(); ++u) of[u] = static_cast<std::uint32_t>(u % folds);
  Rng(seed, 19).shuffle(of);
  const recommend::FoldCounts counts(training, {of, folds});
  std::array<recommend::Utility, kMostFloor> utility{};
  std::vector<std::uint8_t> seen(training.n_items, 0);
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    const recommend::FoldModel model = counts.model(fold);
    const recommend::FoldRanker ranker(model, 1);
    for (std::size_t u = 0; u < std::min(served, users.size()); ++u) {
      const std::uint32_t item = data.item[users[u]];
      if (of[u] != fold || item == recommend::kNoItem) continue;
      pulse();
      const auto history = training.row(u);
      for (const std::uint32_t i : history) seen[i] = 1;
      const auto place = places(model, ranker.score(history), seen, item);
      for (const std::uint32_t i : history) seen[i] = 0;
      for (std::uint32_t floor = 1; floor <= kMostFloor; ++floor) {
        utility[floor - 1].add(place[floor - 1], model.support[item] >= floor);
      }
    }
  }
  FloorChoice out;
  if (utility[0].users == 0) return out;
  for (const recommend::Utility &of_floor : utility) out.ndcg10.push_back(of_floor.mean().ndcg10);
  const double best = *std::max_element(out.ndcg10.begin(), out.ndcg10.end());
  for (std::uint32_t floor = 1; floor <= kMostFloor; ++floor) {
    if (out.ndcg10[floor - 1] >= kFloorKeeps * best) out.floor = floor;
  }
  return out;
}

}  // namespace recveil::audit
