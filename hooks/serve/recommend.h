// A request from its decision on: the numbers of the items to show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/rank.h"
#include "hooks/serve/serve_hook.h"
#include "recveil/recommend.h"

namespace recveil::hooks {

// Bytes of scratch for n_users (more than 1: a batch), on any version that is kept. n_history:
// items of the history and of the exclusions. k: places up to the end of the page.
std::size_t recommend_bytes(const ServeHook::Session &session, std::size_t n_users,
                            std::size_t n_history, std::size_t k) noexcept;

// The same for everything that takes scratch, ranking without a page included.
std::size_t scratch_bytes(const ServeHook::Session &session, std::size_t n_users,
                          std::size_t n_history, std::size_t k) noexcept;

// Fills a page of items.size() places; scores: as many, or null. Returns how many were filled.
// Throws what FoldServing::rank() throws.
std::size_t recommend(const ServeHook::Session &session, const recveil_decision &decision,
                      const recveil_history &history, std::uint32_t offset,
                      std::span<std::uint32_t> items, float *scores, void *scratch);

// Routes all users of a batch and fills their pages. REQUIRES: the batch's arrays make sense.
void recommend_batch(const ServeHook::Session &session, recveil_recommend_pages &batch,
                     void *scratch);
// The history of one of its users.
recveil_history history_of(const recveil_recommend_pages &batch, std::size_t u) noexcept;

inline defense::History items_of(const recveil_history &history) noexcept {
  return {{history.items, history.n_items}, history.weights};
}

// A page of a ranked list or of the pool, the first part of recommend() done.
std::size_t page_of_list(const ServeHook::Session &session, const recveil_decision &decision,
                         const defense::RankedList &list, std::uint32_t offset,
                         std::span<std::uint32_t> items, float *scores) noexcept;

}  // namespace recveil::hooks
