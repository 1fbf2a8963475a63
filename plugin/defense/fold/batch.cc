#include "defense/fold/batch.h"

#include <algorithm>

namespace recveil::defense {
namespace {

struct Work {
  Work(Carver &carver, std::size_t n_history, std::size_t d) noexcept
      : group(carver, n_history, d),
        sorting(carver.take<std::uint32_t>(known_items_work(n_history))) {}
  FoldGroup group;
  std::uint32_t *sorting;
};

}  // namespace

FoldGroup::FoldGroup(Carver &carver, std::size_t n_history, std::size_t d) noexcept
    : scratch_(carver, d),
      n_history_(n_history),
      items_(carver.take<std::uint32_t>(kGroup * n_history)),
      weights_(carver.take<float>(kGroup * n_history)) {}

void FoldGroup::add(const RidgeFold &fold, const KnownItems &known, float *row) noexcept {
  std::uint32_t *items = items_ + count_ * n_history_;
  float *weights = weights_ + count_ * n_history_;
  const std::size_t n = known.items.size();
  std::copy(known.items.begin(), known.items.end(), items);
  if (known.weights != nullptr) std::copy_n(known.weights, n, weights);
  users_[count_++] = {
      &fold, {{items, n}, known.weights != nullptr ? weights : nullptr, known.dropped}, row};
}

bool FoldGroup::solve() noexcept {
  const bool solved = count_ == 0 || solve_group({users_, count_}, scratch_);
  count_ = 0;
  return solved;
}

std::size_t fold_in_batch_bytes(const FoldModel &model, std::size_t n_history) noexcept {
  Carver carver(nullptr);
  const Work work(carver, n_history, model.d());
  return carver.bytes();
}

bool fold_in_batch(const FoldBatch &batch, float *rows, void *scratch) noexcept {
  const std::size_t n = batch.folds.size(), d = batch.models.front().d();
  std::size_t longest = 0;
  for (std::size_t u = 0; u < n; ++u) {
    longest = std::max(longest, batch.offsets[u + 1] - batch.offsets[u]);
  }
  Carver carver(scratch);
  Work work(carver, longest, d);
  for (std::size_t u = 0; u < n; ++u) {
    const FoldModel &model = batch.models[batch.folds[u]];
    const KnownItems known = known_items(batch.history(u), model.lent().support, work.sorting);
    if (known.items.empty()) {
      std::fill_n(rows + u * d, d, 0.0f);
    } else {
      work.group.add(model.ridge(), known, rows + u * d);
    }
    if (work.group.full() && !work.group.solve()) return false;
  }
  return work.group.solve();
}

}  // namespace recveil::defense
