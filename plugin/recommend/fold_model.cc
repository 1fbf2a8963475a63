#include "recommend/fold_model.h"

#include <algorithm>

#include "core/error.h"

namespace recveil::recommend {

FoldRanker::FoldRanker(const FoldModel &model, std::uint32_t support_floor)
    : model_(model), support_floor_(support_floor) {
  if (support_floor == 0) {
    throw Error(Status::argument, "fold model: the support floor must be at least 1");
  }
  if (model.has_factors()) solver_ = std::make_unique<RowSolver>(model.items, model.loss);
}

std::vector<std::uint32_t> FoldRanker::known(std::span<const std::uint32_t> history) const {
  std::vector<std::uint32_t> out(history.begin(), history.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  std::erase_if(out, [this](std::uint32_t item) {
    return item >= model_.n_items() || model_.support[item] == 0;
  });
  return out;
}

std::vector<double> FoldRanker::score(std::span<const std::uint32_t> history) const {
  const std::vector<std::uint32_t> items = known(history);
  if (items.empty()) return {model_.support.begin(), model_.support.end()};
  std::vector<double> scores(model_.n_items(), 0);
  if (!solver_) {
    const ItemWeights &w = model_.weights;
    for (const std::uint32_t j : items) {
      for (std::uint64_t at = w.offsets[j]; at < w.offsets[j + std::size_t{1}]; ++at) {
        scores[w.items[at]] += static_cast<double>(w.weights[at]);
      }
    }
    return scores;
  }
  const std::size_t d = model_.items.cols;
  numerics::RidgeScratch scratch(d);
  std::vector<float> x(d), products(scores.size());
  solver_->solve(items, scratch, x);
  numerics::multiply(model_.items, x, products);
  std::copy(products.begin(), products.end(), scores.begin());
  return scores;
}

std::vector<std::uint32_t> FoldRanker::rank(std::span<const std::uint32_t> history,
                                            std::size_t k) const {
  const std::vector<double> scores = score(history);
  std::vector<bool> seen(scores.size(), false);
  for (const std::uint32_t item : history) {
    if (item < seen.size()) seen[item] = true;
  }
  std::vector<std::uint32_t> out;
  for (std::uint32_t item = 0; item < scores.size(); ++item) {
    if (model_.support[item] >= support_floor_ && !seen[item]) out.push_back(item);
  }
  k = std::min(k, out.size());
  std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(k), out.end(),
                    [&](std::uint32_t a, std::uint32_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                    });
  out.resize(k);
  return out;
}

}  // namespace recveil::recommend
