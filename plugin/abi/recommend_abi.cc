#include "recveil/recommend.h"

#include <algorithm>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "abi/history.h"
#include "abi/scratch.h"
#include "abi/stopwatch.h"
#include "core/error.h"
#include "hooks/serve/recommend.h"

namespace {

using namespace recveil;

void check_membership(recveil_membership membership) {
  abi::require(membership <= RECVEIL_MEMBERSHIP_NONMEMBER,
               "membership: not a RECVEIL_MEMBERSHIP_*");
}

recveil_request request_of(const recveil_recommend_request &in) {
  recveil_request out = RECVEIL_REQUEST_INIT;
  out.user = in.user;
  out.person = in.person;
  out.membership = in.membership;
  out.n_history = static_cast<std::uint32_t>(in.history.n_items);
  out.pool_version = in.pool_version;
  out.model_version = in.model_version;
  out.epoch = in.epoch;
  return out;
}

// All inputs, and room for all outputs, before anything is written.
void check_batch(const recveil_recommend_pages &in) {
  const std::size_t n = in.n_users;
  abi::check_flags(in.flags, 0, "batch");
  abi::require(in.reserved == 0, "batch.reserved: must be 0");
  abi::check_array(in.users, n, "batch.users");
  if (in.persons != nullptr) abi::check_array(in.persons, n, "batch.persons");
  if (in.membership != nullptr) {
    abi::check_array(in.membership, n, "batch.membership");
    std::for_each(in.membership, in.membership + n, check_membership);
  }
  const std::size_t n_items = abi::check_offsets(in.history_offsets, n, "batch.history_offsets");
  abi::check_array(in.history_items, n_items, "batch.history_items");
  abi::check_weights(in.history_weights, n_items, "batch.history_weights");
  if (in.exclude_offsets != nullptr) {
    abi::check_array(in.exclude_items,
                     abi::check_offsets(in.exclude_offsets, n, "batch.exclude_offsets"),
                     "batch.exclude_items");
  }
  if (in.reasons != nullptr) abi::check_array(in.reasons, n, "batch.reasons");
  if (in.folds != nullptr) abi::check_array(in.folds, n, "batch.folds");
  abi::require(in.k == 0 || n <= SIZE_MAX / in.k,
               "batch.k: n_users * k is more than memory can hold");
  abi::check_array(in.items, n * in.k, "batch.items");
  if (in.scores != nullptr) abi::check_array(in.scores, n * in.k, "batch.scores");
}

// The most that a user of the batch has in history and exclusions.
std::size_t longest_of(const recveil_recommend_pages &in) {
  std::size_t longest = 0;
  for (std::size_t u = 0; u < in.n_users; ++u) {
    const recveil_history history = hooks::history_of(in, u);
    longest = std::max(longest, history.n_items + history.n_exclude);
  }
  abi::require(longest < UINT32_MAX, "batch.history_offsets: a history is longer than 2^32 - 2");
  return longest;
}

}  // namespace

extern "C" {

recveil_status recveil_recommend(recveil_engine *engine, const recveil_recommend_request *request,
                                 recveil_decision *decision, uint32_t *items, float *scores,
                                 size_t *n_filled, void *scratch, size_t scratch_size) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const abi::Stopwatch watch;
    const recveil_recommend_request defaults = RECVEIL_RECOMMEND_REQUEST_INIT;
    const recveil_recommend_request in =
        abi::adopt(request, defaults, sizeof(recveil_recommend_request), "request");
    abi::check_flags(in.flags, 0, "request");
    check_membership(in.membership);
    (void)abi::adopt_history(&in.history);
    abi::check_struct(decision, sizeof(recveil_decision), alignof(recveil_decision), "decision");
    abi::check_array(items, in.k, "items");
    if (scores != nullptr) abi::check_array(scores, in.k, "scores");
    abi::check_out(n_filled, "n_filled");
    const auto session = e.serve->session();
    const abi::Scratch work(
        scratch, scratch_size,
        hooks::recommend_bytes(session, 1, in.history.n_items + in.history.n_exclude,
                               std::size_t{in.offset} + in.k));
    const recveil_decision decided = session.route(request_of(in));
    *n_filled = hooks::recommend(session, decided, in.history, in.offset, {items, in.k}, scores,
                                 work.get());
    abi::give(decision, decided);
    e.counters.duration(watch.ns());
  });
  if (status != RECVEIL_OK) {
    abi::nothing(n_filled);
    if (abi::writable(decision, sizeof(recveil_decision))) decision->path = RECVEIL_PATH_REFUSE;
  }
  return status;
}

recveil_status recveil_recommend_batch(recveil_engine *engine, recveil_recommend_pages *batch,
                                       void *scratch, size_t scratch_size) noexcept {
  const recveil_status answerable = abi::guard([&] {
    abi::check_struct(batch, sizeof(recveil_recommend_pages), alignof(recveil_recommend_pages),
                      "batch");
    abi::check_array(batch->paths, batch->n_users, "batch.paths");
    abi::check_array(batch->n_filled, batch->n_users, "batch.n_filled");
  });
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    if (answerable != RECVEIL_OK) {
      throw Error(static_cast<Status>(answerable), recveil_last_error());
    }
    const abi::Stopwatch watch;
    const recveil_recommend_pages defaults = RECVEIL_RECOMMEND_PAGES_INIT;
    recveil_recommend_pages in =
        abi::adopt(batch, defaults, sizeof(recveil_recommend_pages), "batch");
    check_batch(in);
    const auto session = e.serve->session();
    const abi::Scratch work(
        scratch, scratch_size,
        hooks::recommend_bytes(session, 2, longest_of(in), std::size_t{in.offset} + in.k));
    if (in.epoch == 0) in.epoch = session.epoch_now();
    hooks::recommend_batch(session, in, work.get());
    abi::give(batch, in);
    const std::uint64_t each = in.n_users > 0 ? watch.ns() / in.n_users : 0;
    for (std::size_t u = 0; u < in.n_users; ++u) e.counters.duration(each);
  });
  if (status != RECVEIL_OK && answerable == RECVEIL_OK) {
    std::fill_n(batch->n_filled, batch->n_users, 0u);
    std::fill_n(batch->paths, batch->n_users, recveil_path{RECVEIL_PATH_REFUSE});
  }
  return status;
}

}  // extern "C"
