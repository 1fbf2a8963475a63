#include "defense/fold/batch.h"

#include <algorithm>

#include "defense/fold/history.h"
#include "defense/fold/ridge_group.h"

namespace recveil::defense {
namespace {

struct Work {
  Work(Carver &carver, std::size_t n_history, std::size_t d) noexcept
      : group(carver, d),
        known(carver.take<std::uint32_t>(kGroup * n_history)),
        sorting(carver.take<std::uint32_t>(2 * n_history)) {}
  GroupScratch group;
  std::uint32_t *known;  // of the users of a group
  std::uint32_t *sorting;
};

}  // namespace

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
  const Work work(carver, longest, d);
  GroupUser users[kGroup];
  std::size_t count = 0;
  for (std::size_t u = 0; u < n; ++u) {
    const FoldModel &model = batch.models[batch.folds[u]];
    const KnownItems found =
        known_items({batch.items + batch.offsets[u], batch.items + batch.offsets[u + 1]},
                    model.lent().support, work.sorting);
    if (found.items.empty()) {
      std::fill_n(rows + u * d, d, 0.0f);
    } else {
      std::uint32_t *known = work.known + count * longest;
      std::copy(found.items.begin(), found.items.end(), known);
      users[count++] = {&model.ridge(), {known, found.items.size()}, rows + u * d};
    }
    if (count == kGroup || (u + 1 == n && count > 0)) {
      if (!solve_group({users, count}, work.group)) return false;
      count = 0;
    }
  }
  return true;
}

}  // namespace recveil::defense
