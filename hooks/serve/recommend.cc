#include "hooks/serve/recommend.h"

#include <algorithm>

#include "hooks/serve/fold_serving.h"
#include "hooks/serve/recommend_batch.h"

namespace recveil::hooks {
namespace {

// Positions of the pool that the user has seen or must not see.
std::span<const std::uint32_t> seen_positions(const Pool &pool, const recveil_history &history,
                                              void *scratch) noexcept {
  auto *positions =
      defense::Carver(scratch).take<std::uint32_t>(history.n_items + history.n_exclude);
  std::size_t count = 0;
  const auto add = [&](const std::uint32_t *items, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t position = pool.position_of(items[i]);
      if (position < pool.items.size()) positions[count++] = static_cast<std::uint32_t>(position);
    }
  };
  add(history.items, history.n_items);
  add(history.exclude, history.n_exclude);
  return {positions, count};
}

Page page_for(const recveil_decision &decision, std::uint32_t offset,
              std::span<std::uint32_t> positions) noexcept {
  Page page;
  page.user = decision.user;
  page.path = static_cast<Path>(decision.path);
  page.epoch = decision.epoch;
  page.pool_version = decision.pool_version;
  page.offset = offset;
  page.positions = positions;
  return page;
}

std::size_t page_of_pool(const ServeHook::Session &session, const recveil_decision &decision,
                         const recveil_history &history, std::uint32_t offset,
                         std::span<std::uint32_t> items, float *scores, void *scratch) noexcept {
  const Pool *pool = session.pool_for(decision.pool_version);
  if (pool == nullptr) return 0;
  Page page = page_for(decision, offset, items);
  page.seen = seen_positions(*pool, history, scratch);
  const std::size_t count = session.serve(page).value_or(Filled()).count;
  for (std::uint32_t &item : items.first(count)) item = pool->items[item];
  if (scores != nullptr) std::fill_n(scores, count, 0.0f);
  return count;
}

}  // namespace

std::size_t page_of_list(const ServeHook::Session &session, const recveil_decision &decision,
                         const defense::RankedList &list, std::uint32_t offset,
                         std::span<std::uint32_t> items, float *scores) noexcept {
  Page page = page_for(decision, offset, items);
  page.n_host = static_cast<std::uint32_t>(list.count);
  const std::size_t count = session.serve(page).value_or(Filled()).count;
  for (std::size_t place = 0; place < count; ++place) {
    const defense::Scored &best = list.best[items[place]];
    items[place] = best.item;
    if (scores != nullptr) scores[place] = static_cast<float>(best.score);
  }
  return count;
}

std::size_t recommend_bytes(const ServeHook::Session &session, std::size_t n_users,
                            std::size_t n_history, std::size_t k) noexcept {
  k = std::min<std::size_t>(k, session.policy().list_length);
  std::size_t most = 0;
  for (const FoldSet *set : {session.folds(0), session.older_folds()}) {
    if (set == nullptr) continue;
    const defense::FoldModel &model = set->models.front();
    most = std::max(most, n_users > 1 ? recommend_batch_bytes(model, n_history, k)
                                      : FoldServing::rank_bytes(model, n_history, k));
  }
  defense::Carver pool(nullptr);
  pool.take<std::uint32_t>(n_history);
  return std::max(most, pool.bytes());
}

std::size_t scratch_bytes(const ServeHook::Session &session, std::size_t n_users,
                          std::size_t n_history, std::size_t k) noexcept {
  std::size_t most = recommend_bytes(session, n_users, n_history, k);
  for (const FoldSet *set : {session.folds(0), session.older_folds()}) {
    if (set == nullptr) continue;
    const defense::FoldModel &model = set->models.front();
    most = std::max(most, FoldServing::rank_bytes(model, n_history, k));
    if (model.kind() != defense::FoldKind::factors) continue;
    most = std::max(
        most, n_users > 1 ? fold_in_batch_bytes(model, n_history) : model.fold_in_bytes(n_history));
  }
  return most;
}

std::size_t recommend(const ServeHook::Session &session, const recveil_decision &decision,
                      const recveil_history &history, std::uint32_t offset,
                      std::span<std::uint32_t> items, float *scores, void *scratch) {
  if (decision.path == RECVEIL_PATH_POOL) {
    return page_of_pool(session, decision, history, offset, items, scores, scratch);
  }
  if (decision.path != RECVEIL_PATH_FOLD) return 0;
  const std::size_t places =
      std::min<std::size_t>(offset + items.size(), session.policy().list_length);
  const FoldServing serving(session, decision.model_version);
  const auto ranked = serving.rank(decision.user, decision.fold, items_of(history),
                                   {history.exclude, history.n_exclude}, places, scratch);
  return page_of_list(session, decision, ranked.list, offset, items, scores);
}

}  // namespace recveil::hooks
