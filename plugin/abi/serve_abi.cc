#include "recveil/serve.h"

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"

namespace {

using namespace recveil;

void no_flags(std::uint32_t flags, const char *name) {
  if (flags != 0) throw Error(Status::unsupported, std::string(name) + ".flags: must be 0");
}

// The structs of the first headers, without what was added since.
constexpr std::size_t kFirstRequest = offsetof(recveil_request, model_version);
constexpr std::size_t kFirstBatch = offsetof(recveil_batch, model_version);

hooks::Request request_of(const recveil_request &in) {
  abi::require(in.membership <= RECVEIL_MEMBERSHIP_NONMEMBER,
               "membership: not a RECVEIL_MEMBERSHIP_*");
  static_assert(RECVEIL_MEMBERSHIP_MEMBER == static_cast<int>(defense::Membership::member));
  static_assert(RECVEIL_MEMBERSHIP_NONMEMBER == static_cast<int>(defense::Membership::nonmember));
  return {.user = in.user,
          .membership = static_cast<defense::Membership>(in.membership),
          .ask = in.membership == RECVEIL_MEMBERSHIP_ASK,
          .epoch = in.epoch,
          .pool_version = in.pool_version,
          .has_history = in.history_len > 0,
          .model_version = in.model_version,
          .person = in.person};
}

Path path_of(recveil_path path) {
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

class Stopwatch {
 public:
  std::uint64_t ns() const { return now() - start_; }

 private:
  static std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(time.tv_nsec);
  }
  std::uint64_t start_ = now();
};

// Whether an output struct can be written to, also when the call is refused for something else.
template <class Struct>
bool writable(const Struct *out, std::size_t first) {
  return out != nullptr && reinterpret_cast<std::uintptr_t>(out) % alignof(Struct) == 0 &&
         out->struct_size >= first;
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
    abi::check_struct(batch, kFirstBatch, alignof(recveil_batch), "batch");
    abi::check_array(batch->*answers, batch->count, name);
  });
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    if (answerable != RECVEIL_OK) {
      throw Error(static_cast<Status>(answerable), recveil_last_error());
    }
    recveil_batch in = abi::adopt(batch, recveil_batch{}, kFirstBatch, "batch");
    no_flags(in.flags, "batch");
    abi::require(in.reserved == 0, "batch.reserved: must be 0");
    abi::check_array(in.users, in.count, "batch.users");
    abi::check_array(in.paths, in.count, "batch.paths");
    call(e, in);
    abi::give(batch, in);
  });
  if (status != RECVEIL_OK && answerable == RECVEIL_OK) {
    std::fill_n(batch->*answers, batch->count, refused);
  }
  return status;
}

// What recveil_serve_batch needs besides, before anything is written.
void check_pages(const recveil_batch &batch) {
  const std::size_t n = batch.count;
  abi::require(batch.k == 0 || n <= SIZE_MAX / batch.k,
               "batch.k: count * k is more than memory can hold");
  abi::check_array(batch.positions, n * batch.k, "batch.positions");
  if (batch.n_host != nullptr) abi::check_array(batch.n_host, n, "batch.n_host");
  for (std::size_t i = 0; i < n; ++i) {
    const Path path = path_of(batch.paths[i]);
    abi::require((path != Path::host && path != Path::fold) || batch.n_host != nullptr,
                 "batch.n_host: is NULL, but a path is HOST or FOLD");
  }
  if (batch.seen_offsets == nullptr) return;
  abi::check_array(batch.seen_offsets, n + 1, "batch.seen_offsets");
  for (std::size_t i = 0; i < n; ++i) {
    abi::require(batch.seen_offsets[i] <= batch.seen_offsets[i + 1],
                 "batch.seen_offsets: must not fall");
  }
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
    no_flags(in.flags, "popularity");
    abi::check_array(in.counts, in.count, "popularity.counts");
    abi::require(in.count < UINT32_MAX, "popularity.count: at most 2^32 - 2 items");
    std::span<const std::uint64_t> items;
    if (in.items != nullptr) {
      abi::check_array(in.items, in.count, "popularity.items");
      items = {in.items, in.count};
    }
    e.serve->publish_popularity({in.counts, in.count}, items);
  });
}

recveil_status recveil_pool_read(recveil_engine *engine, uint64_t version, uint64_t *items,
                                 size_t capacity, size_t *needed, uint64_t *found) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(items, capacity, "items");
    if (needed != nullptr) abi::check_out(needed, "needed");
    if (found != nullptr) abi::check_out(found, "found");
    const auto session = e.serve->session();
    const hooks::Pool *pool = session.state().pool(version);
    if (pool == nullptr) {
      if (session.state().newest() == nullptr) {
        throw Error(Status::state, "no popularity has been published");
      }
      throw Error(Status::not_found, "version: this pool is no longer kept");
    }
    if (needed != nullptr) *needed = pool->items.size();
    if (capacity > 0) {
      if (capacity < pool->items.size()) {
        throw Error(Status::buffer, "items: the pool has " + std::to_string(pool->items.size()));
      }
      std::copy(pool->items.begin(), pool->items.end(), items);
    }
    if (found != nullptr) *found = pool->version;
  });
}

recveil_status recveil_publish_users(recveil_engine *engine, recveil_user_set set,
                                     recveil_set_change change, const recveil_user *users,
                                     size_t count) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(set >= RECVEIL_USERS_MEMBERS && set <= RECVEIL_USERS_ERASED,
                 "set: not a RECVEIL_USERS_*");
    abi::require(change >= RECVEIL_SET_REPLACE && change <= RECVEIL_SET_REMOVE,
                 "change: not a RECVEIL_SET_*");
    abi::check_array(users, count, "users");
    e.serve->publish_users(static_cast<hooks::UserSetName>(set),
                           static_cast<hooks::SetChange>(change), {users, count});
  });
}

recveil_status recveil_route(recveil_engine *engine, const recveil_request *request,
                             recveil_decision *out) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_request defaults = RECVEIL_REQUEST_INIT;
    const recveil_request in = abi::adopt(request, defaults, kFirstRequest, "request");
    no_flags(in.flags, "request");
    abi::require((in.reserved[0] | in.reserved[1] | in.reserved[2]) == 0 && in.reserved2 == 0,
                 "request.reserved: must be 0");
    abi::check_struct(out, sizeof(recveil_decision), alignof(recveil_decision), "decision");
    const hooks::Decision decided = e.serve->session().route(request_of(in));
    recveil_decision decision = RECVEIL_DECISION_INIT;
    decision.user = in.user;
    decision.path = static_cast<recveil_path>(decided.path);
    decision.reason = static_cast<recveil_reason>(decided.reason);
    decision.fold = static_cast<std::uint16_t>(decided.fold);
    decision.epoch = decided.epoch;
    decision.model_version = decided.model_version;
    decision.pool_version = decided.pool_version;
    abi::give(out, decision);
  });
  if (status != RECVEIL_OK && writable(out, sizeof(recveil_decision))) {
    out->path = RECVEIL_PATH_REFUSE;
  }
  return status;
}

recveil_status recveil_serve(recveil_engine *engine, const recveil_decision *decision,
                             const recveil_page *page, recveil_slate *out) noexcept {
  const recveil_status status = abi::engine_call(engine, [&](recveil_engine &e) {
    const Stopwatch watch;
    const recveil_decision no_decision = RECVEIL_DECISION_INIT;
    const recveil_page no_page = RECVEIL_PAGE_INIT;
    const recveil_decision to =
        abi::adopt(decision, no_decision, sizeof(recveil_decision), "decision");
    const recveil_page in = abi::adopt(page, no_page, sizeof(recveil_page), "page");
    no_flags(in.flags, "page");
    no_flags(to.flags, "decision");
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
    out->count = filled.count;
    out->pool_version = filled.pool_version;
    e.counters.duration(watch.ns());
  });
  if (status != RECVEIL_OK && writable(out, sizeof(recveil_slate))) out->count = 0;
  return status;
}

recveil_status recveil_route_batch(recveil_engine *engine, recveil_batch *batch) noexcept {
  const auto call = [](recveil_engine &e, recveil_batch &in) {
    if (in.history_len != nullptr) abi::check_array(in.history_len, in.count, "batch.history_len");
    if (in.persons != nullptr) abi::check_array(in.persons, in.count, "batch.persons");
    if (in.folds != nullptr) abi::check_array(in.folds, in.count, "batch.folds");
    const auto session = e.serve->session();
    if (in.epoch == 0) in.epoch = session.epoch_now();
    const auto request = [&in](std::size_t i) {
      recveil_request one = RECVEIL_REQUEST_INIT;
      one.user = in.users[i];
      if (in.membership != nullptr) one.membership = in.membership[i];
      if (in.history_len != nullptr) one.history_len = in.history_len[i];
      if (in.persons != nullptr) one.person = in.persons[i];
      one.epoch = in.epoch;
      one.pool_version = in.pool_version;
      one.model_version = in.model_version;
      return request_of(one);
    };
    for (std::size_t i = 0; i < in.count; ++i) (void)request(i);  // all or none
    std::uint64_t pool_version = in.pool_version, model_version = 0;
    for (std::size_t i = 0; i < in.count; ++i) {
      const hooks::Decision decided = session.route(request(i));
      in.paths[i] = static_cast<recveil_path>(decided.path);
      if (in.reasons != nullptr) in.reasons[i] = static_cast<recveil_reason>(decided.reason);
      if (in.folds != nullptr) in.folds[i] = static_cast<std::uint16_t>(decided.fold);
      pool_version = decided.pool_version;
      if (decided.path == Path::fold) model_version = decided.model_version;
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
    for (std::size_t i = 0; i < in.count; ++i) {
      const Stopwatch watch;
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
      in.counts[i] = filled.count;
      if (filled.pool_version != 0) version = filled.pool_version;
      e.counters.duration(watch.ns());
    }
    in.pool_version = version;
  };
  return batch_call(engine, batch, &recveil_batch::counts, "batch.counts", 0u, call);
}

}  // extern "C"
