#include "recveil/serve.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "abi/stopwatch.h"
#include "core/error.h"

namespace {

using namespace recveil;

void check_membership(recveil_membership membership) {
  abi::require(membership <= RECVEIL_MEMBERSHIP_NONMEMBER,
               "membership: not a RECVEIL_MEMBERSHIP_*");
}

Path path_of(recveil_path path) {
  abi::require(path != 0, "path: is not set; route the request first");
  abi::require(path <= RECVEIL_PATH_FOLD, "path: not a RECVEIL_PATH_*");
  return static_cast<Path>(path);
}

// Fills one page; the caller has checked the arrays.
hooks::Filled fill(const hooks::ServeHook::Session &session, const hooks::Page &page) {
  const std::size_t size = session.list_size(page);
  for (const std::uint32_t position : page.seen) {
    abi::require(position < size || page.path == Path::refuse,
                 "seen: a position beyond the end of the list");
  }
  const auto filled = session.serve(page);
  if (!filled) {
    throw Error(Status::state, "pool_version: no longer kept; route the request again");
  }
  return *filled;
}

// Runs `call` on the engine and a copy of a batch that makes sense as far as both functions need
// it. `answers` is the array that tells the outcome: if anything is wrong its elements are set to
// `refused`, so that a host that ignores the status shows nothing. The copy's numbers are the
// host's afterwards.
template <class Answer, class Call>
recveil_status batch_call(recveil_engine *engine, recveil_batch *batch,
                          Answer *recveil_batch::*answers, const char *name, Answer refused,
                          Call &&call) noexcept {
  const recveil_status answerable = abi::guard([&] {
    abi::check_struct(batch, sizeof(recveil_batch), alignof(recveil_batch), "batch");
    abi::check_array(batch->*answers, batch->n_users, name);
  });
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    if (answerable != RECVEIL_OK) {
      throw Error(static_cast<Status>(answerable), recveil_last_error());
    }
    recveil_batch in = abi::adopt(batch, recveil_batch{}, sizeof(recveil_batch), "batch");
    abi::check_flags(in.flags, 0, "batch");
    abi::require(in.reserved == 0, "batch.reserved: must be 0");
    abi::check_array(in.users, in.n_users, "batch.users");
    abi::check_array(in.paths, in.n_users, "batch.paths");
    call(e, in);
    abi::give(batch, in);
  });
  if (status != RECVEIL_OK && answerable == RECVEIL_OK) {
    std::fill_n(batch->*answers, batch->n_users, refused);
  }
  return status;
}

// What recveil_serve_batch needs besides, before anything is written.
void check_pages(const recveil_batch &batch) {
  const std::size_t n = batch.n_users;
  abi::require(batch.k == 0 || n <= SIZE_MAX / batch.k,
               "batch.k: n_users * k is more than memory can hold");
  abi::check_array(batch.positions, n * batch.k, "batch.positions");
  if (batch.n_host != nullptr) abi::check_array(batch.n_host, n, "batch.n_host");
  for (std::size_t i = 0; i < n; ++i) {
    const Path path = path_of(batch.paths[i]);
    abi::require((path != Path::host && path != Path::fold) || batch.n_host != nullptr,
                 "batch.n_host: is NULL, but a path is HOST or FOLD");
  }
  if (batch.seen_offsets == nullptr) return;
  abi::check_offsets(batch.seen_offsets, n, "batch.seen_offsets");
  abi::check_array(batch.seen, batch.seen_offsets[n], "batch.seen");
}

}  // namespace

extern "C" {

recveil_status recveil_publish_popularity(recveil_engine *engine,
                                          const recveil_popularity *popularity) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_popularity defaults = RECVEIL_POPULARITY_INIT;
    const recveil_popularity in =
        abi::adopt(popularity, defaults, sizeof(recveil_popularity), "popularity");
    abi::check_flags(in.flags, 0, "popularity");
    abi::check_array(in.counts, in.n_items, "popularity.counts");
    abi::require(in.n_items < UINT32_MAX, "popularity.n_items: at most 2^32 - 2 items");
    std::span<const std::uint32_t> items;
    if (in.items != nullptr) {
      abi::check_array(in.items, in.n_items, "popularity.items");
      items = {in.items, in.n_items};
      abi::require(std::find(items.begin(), items.end(), UINT32_MAX) == items.end(),
                   "popularity.items: an item number is not below 2^32 - 1");
    }
    e.serve->publish_popularity({in.counts, in.n_items}, items);
  });
}

recveil_status recveil_pool_read(recveil_engine *engine, uint64_t version, uint32_t *items,
                                 size_t capacity, size_t *n_items,
                                 uint64_t *version_read) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(items, capacity, "items");
    if (n_items != nullptr) abi::check_out(n_items, "n_items");
    if (version_read != nullptr) abi::check_out(version_read, "version_read");
    const auto session = e.serve->session();
    const hooks::Pool *pool = session.state().pool(version);
    if (pool == nullptr) {
      if (session.state().newest() == nullptr) {
        throw Error(Status::state, "no popularity has been published");
      }
      throw Error(Status::not_found, "version: this pool is no longer kept");
    }
    if (n_items != nullptr) *n_items = pool->items.size();
    if (capacity > 0) {
      if (capacity < pool->items.size()) {
        throw Error(Status::buffer, "items: the pool has " + std::to_string(pool->items.size()));
      }
      std::copy(pool->items.begin(), pool->items.end(), items);
    }
    if (version_read != nullptr) *version_read = pool->version;
  });
}

recveil_status recveil_publish_users(recveil_engine *engine, recveil_user_set set,
                                     recveil_set_change change, const recveil_user *users,
                                     size_t n_users) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(set >= RECVEIL_USERS_MEMBERS && set <= RECVEIL_USERS_ERASED,
                 "set: not a RECVEIL_USERS_*");
    abi::require(change >= RECVEIL_SET_REPLACE && change <= RECVEIL_SET_REMOVE,
                 "change: not a RECVEIL_SET_*");
    abi::check_array(users, n_users, "users");
    e.serve->publish_users(static_cast<hooks::UserSetName>(set),
                           static_cast<hooks::SetChange>(change), {users, n_users});
  });
}

recveil_status recveil_route(recveil_engine *engine, const recveil_request *request,
                             recveil_decision *out) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_request defaults = RECVEIL_REQUEST_INIT;
    const recveil_request in = abi::adopt(request, defaults, sizeof(recveil_request), "request");
    abi::check_flags(in.flags, 0, "request");
    abi::require(in.reserved == 0, "request.reserved: must be 0");
    check_membership(in.membership);
    abi::check_struct(out, sizeof(recveil_decision), alignof(recveil_decision), "decision");
    abi::give(out, e.serve->session().route(in));
  });
  if (status != RECVEIL_OK && abi::writable(out, sizeof(recveil_decision))) {
    out->path = RECVEIL_PATH_REFUSE;
  }
  return status;
}

recveil_status recveil_serve(recveil_engine *engine, const recveil_decision *decision,
                             const recveil_page *page, recveil_slate *out) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const abi::Stopwatch watch;
    const recveil_decision no_decision = RECVEIL_DECISION_INIT;
    const recveil_page no_page = RECVEIL_PAGE_INIT;
    const recveil_decision to =
        abi::adopt(decision, no_decision, sizeof(recveil_decision), "decision");
    const recveil_page in = abi::adopt(page, no_page, sizeof(recveil_page), "page");
    abi::check_flags(in.flags, 0, "page");
    abi::check_flags(to.flags, 0, "decision");
    abi::check_struct(out, sizeof(recveil_slate), alignof(recveil_slate), "slate");
    abi::check_array(in.seen, in.n_seen, "page.seen");
    abi::check_array(out->positions, in.k, "slate.positions");
    const hooks::Page wanted{
        .user = to.user,
        .path = path_of(to.path),
        .epoch = to.epoch,
        .pool_version = to.pool_version,
        .n_host = in.n_host,
        .offset = in.offset,
        .seen = {in.seen, in.n_seen},
        .positions = {out->positions, in.k},
        .origins = {out->origins, out->origins != nullptr ? in.k : 0},
    };
    const hooks::Filled filled = fill(e.serve->session(), wanted);
    out->n_filled = filled.count;
    out->pool_version = filled.pool_version;
    e.counters.duration(watch.ns());
  });
  if (status != RECVEIL_OK && abi::writable(out, sizeof(recveil_slate))) out->n_filled = 0;
  return status;
}

recveil_status recveil_route_batch(recveil_engine *engine, recveil_batch *batch) noexcept {
  const auto call = [](recveil_engine &e, recveil_batch &in) {
    if (in.n_history != nullptr) abi::check_array(in.n_history, in.n_users, "batch.n_history");
    if (in.persons != nullptr) abi::check_array(in.persons, in.n_users, "batch.persons");
    if (in.folds != nullptr) abi::check_array(in.folds, in.n_users, "batch.folds");
    const auto session = e.serve->session();
    if (in.epoch == 0) in.epoch = session.epoch_now();
    const auto request = [&in](std::size_t i) {
      recveil_request one = RECVEIL_REQUEST_INIT;
      one.user = in.users[i];
      if (in.membership != nullptr) one.membership = in.membership[i];
      if (in.n_history != nullptr) one.n_history = in.n_history[i];
      if (in.persons != nullptr) one.person = in.persons[i];
      one.epoch = in.epoch;
      one.pool_version = in.pool_version;
      one.model_version = in.model_version;
      return one;
    };
    for (std::size_t i = 0; i < in.n_users; ++i) check_membership(request(i).membership);
    std::uint64_t pool_version = in.pool_version, model_version = 0;
    for (std::size_t i = 0; i < in.n_users; ++i) {
      const recveil_decision decided = session.route(request(i));
      in.paths[i] = decided.path;
      if (in.reasons != nullptr) in.reasons[i] = decided.reason;
      if (in.folds != nullptr) in.folds[i] = decided.fold;
      pool_version = decided.pool_version;
      if (decided.path == RECVEIL_PATH_FOLD) model_version = decided.model_version;
    }
    in.pool_version = pool_version;
    in.model_version = model_version;
  };
  return batch_call(engine, batch, &recveil_batch::paths, "batch.paths",
                    recveil_path{RECVEIL_PATH_REFUSE}, call);
}

recveil_status recveil_serve_batch(recveil_engine *engine, recveil_batch *batch) noexcept {
  const auto call = [](recveil_engine &e, recveil_batch &in) {
    check_pages(in);
    const auto session = e.serve->session();
    std::uint64_t version = in.pool_version;
    for (std::size_t i = 0; i < in.n_users; ++i) {
      const abi::Stopwatch watch;
      const std::size_t place = i * in.k;
      hooks::Page page{
          .user = in.users[i],
          .path = path_of(in.paths[i]),
          .epoch = in.epoch,
          .pool_version = in.pool_version,
          .n_host = in.n_host != nullptr ? in.n_host[i] : 0,
          .offset = in.offset,
          .seen = {},
          .positions = {in.positions + place, in.k},
          .origins = {},
      };
      if (in.origins != nullptr) page.origins = {in.origins + place, in.k};
      if (in.seen_offsets != nullptr) {
        page.seen = {in.seen + in.seen_offsets[i], in.seen + in.seen_offsets[i + 1]};
      }
      const hooks::Filled filled = fill(session, page);
      in.n_filled[i] = filled.count;
      if (filled.pool_version != 0) version = filled.pool_version;
      e.counters.duration(watch.ns());
    }
    in.pool_version = version;
  };
  return batch_call(engine, batch, &recveil_batch::n_filled, "batch.n_filled", 0u, call);
}

}  // extern "C"
