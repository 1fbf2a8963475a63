#include "hooks/serve/serve_hook.h"

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "core/error.h"
#include "defense/serve/draw.h"
#include "defense/serve/pool.h"
#include "recveil/serve.h"

namespace recveil::hooks {
namespace {

template <class Value>
constexpr bool same(Value ours, std::uint32_t theirs) {
  return static_cast<std::uint32_t>(ours) == theirs;
}
static_assert(same(Membership::ask, RECVEIL_MEMBERSHIP_ASK) &&
              same(Membership::member, RECVEIL_MEMBERSHIP_MEMBER) &&
              same(Membership::nonmember, RECVEIL_MEMBERSHIP_NONMEMBER));
static_assert(same(Path::refuse, RECVEIL_PATH_REFUSE) && same(Path::host, RECVEIL_PATH_HOST) &&
              same(Path::pool, RECVEIL_PATH_POOL) && same(Path::fold, RECVEIL_PATH_FOLD));
static_assert(same(Origin::host, RECVEIL_ORIGIN_HOST) && same(Origin::pool, RECVEIL_ORIGIN_POOL));
static_assert(same(Reason::member, RECVEIL_REASON_MEMBER) &&
              same(Reason::nonmember, RECVEIL_REASON_NONMEMBER) &&
              same(Reason::quarantined, RECVEIL_REASON_QUARANTINED) &&
              same(Reason::erased, RECVEIL_REASON_ERASED) &&
              same(Reason::dry_run, RECVEIL_REASON_DRY_RUN) &&
              same(Reason::no_pool, RECVEIL_REASON_NO_POOL) &&
              same(Reason::stale_pool, RECVEIL_REASON_STALE_POOL) &&
              same(Reason::no_members, RECVEIL_REASON_NO_MEMBERS) &&
              same(Reason::no_folds, RECVEIL_REASON_NO_FOLDS) &&
              same(Reason::cross_fit, RECVEIL_REASON_CROSS_FIT) &&
              same(Reason::no_history, RECVEIL_REASON_NO_HISTORY) &&
              same(Reason::private_model, RECVEIL_REASON_PRIVATE));

// Throws where an item of a pool is not one of the models'.
void check_items(const Pool *pool, const FoldSet *folds, const char *what) {
  if (pool == nullptr || folds == nullptr || pool->items.empty()) return;
  const std::uint32_t largest = pool->items[pool->order.back()];
  const std::size_t n_items = folds->models.front().n_items();
  if (largest < n_items) return;
  throw Error(Status::argument, std::string(what) + ": the pool has item " +
                                    std::to_string(largest) + ", the folds have n_items " +
                                    std::to_string(n_items) +
                                    "; pool and folds use the same item numbers");
}

[[noreturn]] void refuse_exact(const char *what) {
  throw Error(Status::state, std::string(what) +
                                 ": serving.mode is private, whose numbers must be noisy; use "
                                 "recveil_publish_private()");
}

}  // namespace

ServeHook::ServeHook(const ServePolicy &policy, const Key &master, const std::string &state_dir,
                     const Host &host, metrics::Counters &counters)
    : master_(master),
      id_key_(id_key(master)),
      fold_key_(fold_key(master)),
      decoy_key_(decoy_key(master).bytes),
      cell_key_(cell_key(master)),
      host_(host),
      counters_(counters),
      store_(state_dir.empty()
                 ? std::nullopt
                 : std::optional<StateStore>(std::in_place, state_dir, state_key(master))),
      watch_(state_dir, state_key(master), counters),
      snapshot_(std::make_unique<const View>(View{policy, {}, {}, {}})) {
  if (store_) refresh();
}

void ServeHook::swap(View next) {
  snapshot_.publish(std::make_unique<const View>(std::move(next)));
}

void ServeHook::change(const std::function<void(View &)> &edit) {
  const std::lock_guard lock(writer_);
  // Publishers in other processes take turns, each on top of what the one before wrote.
  std::optional<StateStore::PublisherLock> publisher;
  if (store_) publisher.emplace(*store_);
  View next = *snapshot_.read();
  if (store_) {
    if (auto newer = store_->newer_than(next.state.version)) next.state = std::move(*newer);
  }
  edit(next);
  ++next.state.version;
  if (store_) store_->write(next.state);
  swap(std::move(next));
}

std::shared_ptr<Pool> ServeHook::pool_of(std::span<const std::uint64_t> counts,
                                         std::span<const std::uint32_t> items) const {
  const ServePolicy policy = session().policy();
  auto pool = std::make_shared<Pool>();
  pool->published = host_.now();
  pool->list_length = policy.list_length;
  pool->wanted = defense::pool_size(policy.list_length, policy.ratio);
  for (const std::uint32_t i : defense::most_popular(counts, pool->wanted)) {
    pool->items.push_back(items.empty() ? i : items[i]);
  }
  if (pool->items.empty()) {
    throw Error(Status::argument, "popularity.counts: no item has a count above 0");
  }
  if (!pool->index()) {
    throw Error(Status::argument, "popularity.items: an item of the pool is listed twice");
  }
  return pool;
}

namespace {

void push(ServeState &state, const std::shared_ptr<Pool> &pool) {
  pool->version = state.newest() != nullptr ? state.newest()->version + 1 : 1;
  state.pools = {pool, state.pools[0]};
}

}  // namespace

void ServeHook::publish_popularity(std::span<const std::uint64_t> counts,
                                   std::span<const std::uint32_t> items) {
  try {
    if (session().policy().mode == ServingMode::private_model) refuse_exact("popularity");
    const auto pool = pool_of(counts, items);
    change([&](View &view) {
      check_items(pool.get(), view.folds[0].get(), "popularity.items");
      push(view.state, pool);
    });
    warn_if_small(*pool);
  } catch (...) {
    counters_.rotation(false);
    throw;
  }
  counters_.rotation(true);
}

void ServeHook::warn_if_small(const Pool &pool) const {
  if (pool.items.size() >= 2 * std::size_t{pool.list_length}) return;
  char text[192];
  std::snprintf(
      text, sizeof(text),
      "the pool has %zu items for lists of %u: too few to randomize; publish more items, or "
      "lower serving.list_length or serving.ratio",
      pool.items.size(), pool.list_length);
  host_.log(LogLevel::warning, text);
}

void ServeHook::publish_users(UserSetName set, SetChange change_kind,
                              std::span<const std::uint64_t> users) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(users.size());
  for (const std::uint64_t user : users) hashes.push_back(hash_user(id_key_, user));
  change([&](View &view) {
    UserSet &held = view.state.set(set);
    switch (change_kind) {
      case SetChange::replace:
        held = UserSet(std::move(hashes));
        break;
      case SetChange::add:
        held = held.with(std::move(hashes));
        break;
      case SetChange::remove:
        held = held.without(std::move(hashes));
        break;
    }
    if (set == UserSetName::members) view.state.has_members = true;
  });
}

void ServeHook::set_policy(const ServePolicy &policy) {
  const std::lock_guard lock(writer_);
  View next = *snapshot_.read();
  next.policy = policy;
  swap(std::move(next));
}

void ServeHook::check_fold_count(std::size_t n) const {
  const std::uint32_t wanted = session().policy().folds;
  if (n == wanted) return;
  throw Error(Status::argument, "folds.n_folds: is " + std::to_string(n) + ", serving.folds is " +
                                    std::to_string(wanted));
}

namespace {

void check_rises(const FoldSet *newest, std::uint64_t version, const char *field) {
  const std::uint64_t before = newest != nullptr ? newest->version : 0;
  if (version > before) return;
  throw Error(Status::argument, std::string(field) + ": is " + std::to_string(version) +
                                    ", must be above " + std::to_string(before));
}

}  // namespace

void ServeHook::publish_folds(std::shared_ptr<FoldSet> folds, bool accepted) {
  if (session().policy().mode == ServingMode::private_model) refuse_exact("folds");
  check_fold_count(folds->models.size());
  folds->published = host_.now();
  std::shared_ptr<const FoldSet> forgotten;  // given back after the lock
  const std::lock_guard lock(writer_);
  View next = *snapshot_.read();
  check_rises(next.folds[0].get(), folds->version, "folds.model_version");
  check_items(next.state.newest(), folds.get(), "folds.models[0].n_items");
  watch_.check(next.policy.watch_items, next.folds[0].get(), *folds, accepted, folds->published);
  forgotten = std::exchange(next.folds[1], std::exchange(next.folds[0], std::move(folds)));
  swap(std::move(next));
}

void ServeHook::publish_private(std::shared_ptr<FoldSet> model,
                                std::span<const std::uint64_t> counts) {
  if (session().policy().mode != ServingMode::private_model) {
    throw Error(Status::state, "publish_private: serving.mode is not private");
  }
  std::shared_ptr<const FoldSet> forgotten;  // given back after the lock
  try {
    const auto pool = pool_of(counts, {});
    model->published = pool->published;
    change([&](View &view) {
      check_rises(view.folds[0].get(), model->version, "model_version");
      forgotten = std::exchange(view.folds[1], std::exchange(view.folds[0], std::move(model)));
      push(view.state, pool);
    });
    warn_if_small(*pool);
  } catch (...) {
    counters_.rotation(false);
    throw;
  }
  counters_.rotation(true);
}

void ServeHook::publish_erasures(ErasureSet set, std::span<const std::uint64_t> users,
                                 std::span<const std::int32_t> classes, std::size_t n_attributes) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(users.size());
  for (const std::uint64_t user : users) hashes.push_back(hash_user(id_key_, user));
  set.users = std::make_shared<const ErasedUsers>(hashes, classes, n_attributes);
  auto next_set = std::make_shared<const ErasureSet>(std::move(set));
  std::array<std::shared_ptr<const ErasureSet>, 2> forgotten;  // freed after the lock
  const std::lock_guard lock(writer_);
  View next = *snapshot_.read();
  if (!next_set->maps.empty() && next_set->maps.size() != next.policy.folds) {
    throw Error(Status::argument, "erasures.n_maps: is " + std::to_string(next_set->maps.size()) +
                                      ", serving.folds is " + std::to_string(next.policy.folds));
  }
  forgotten = next.erasures;
  if (next.erasures[0] && next_set->version < next.erasures[0]->version) {
    throw Error(Status::argument, "erasures.model_version: is " +
                                      std::to_string(next_set->version) + ", must not be below " +
                                      std::to_string(next.erasures[0]->version));
  }
  if (next.erasures[0] && next_set->version > next.erasures[0]->version) {
    next.erasures[1] = std::move(next.erasures[0]);
  }
  next.erasures[0] = std::move(next_set);
  swap(std::move(next));
}

std::uint32_t ServeHook::fold_of(std::uint64_t person) const noexcept {
  return recveil::fold_of(fold_key_, person, session().policy().folds);
}

bool ServeHook::refresh() {
  if (!store_) throw Error(Status::state, "refresh: no state_dir is configured");
  const std::lock_guard lock(writer_);
  auto newer = store_->newer_than(session().state().version);
  if (!newer) return false;
  View next = *snapshot_.read();
  next.state = std::move(*newer);
  swap(std::move(next));
  return true;
}

// The users and their classes are always the newest; only the maps are per version.
std::optional<StandingErasure> ServeHook::Session::decoys(std::uint64_t user) const noexcept {
  const ErasureSet *newest = view_->erasures[0].get();
  StandingErasure out;
  if (newest == nullptr || !newest->users->find(hash_user(hook_.id_key_, user), out.classes)) {
    return std::nullopt;
  }
  out.user = user;
  if (policy().decoys && newest->decoys) {
    out.decoys_class = out.classes[newest->decoys_attribute];
    if (out.decoys_class >= 0) out.decoys = newest->decoys.get();
    out.key = &hook_.decoy_key_;
  }
  return out;
}

std::optional<StandingErasure> ServeHook::Session::erasure(std::uint64_t user,
                                                           std::uint64_t version,
                                                           std::uint32_t fold) const {
  std::optional<StandingErasure> out = decoys(user);
  if (!out || view_->erasures[0]->maps.empty()) return out;
  for (const auto &held : view_->erasures) {
    if (!held || held->version != version || fold >= held->maps.size()) continue;
    const defense::ErasureMap &map = *held->maps[fold];
    const auto attributes = map.attributes();
    // The versions may differ in their attributes: a map that no longer fits is not used for this
    // user.
    bool fits = !map.needs_labels() || attributes.size() == out->classes.size();
    for (std::size_t a = 0; fits && map.needs_labels() && a < attributes.size(); ++a) {
      fits = out->classes[a] < static_cast<std::int32_t>(attributes[a].classes.size());
    }
    if (!fits) break;
    out->map = &map;
    out->cell_key = &hook_.cell_key_.bytes;
    return out;
  }
  throw Error(Status::state,
              "model_version: the user has a standing erasure, and no maps of version " +
                  std::to_string(version) + " were published (recveil_publish_erasures)");
}

std::uint32_t ServeHook::Session::epoch_now() const noexcept {
  return static_cast<std::uint32_t>(hook_.host_.now() / policy().epoch_seconds);
}

bool ServeHook::Session::pool_stale() const noexcept {
  const Pool *pool = state().newest();
  const std::uint64_t limit = policy().max_pool_age_seconds;
  if (pool == nullptr || limit == 0) return false;
  const std::uint64_t now = hook_.host_.now();
  return now > pool->published && now - pool->published > limit;
}

recveil_decision ServeHook::Session::route(const recveil_request &request) const noexcept {
  const ServeState &now = state();
  // Every set is asked for every user: what a request costs must not tell what its user is. Where
  // everybody is folded in nobody is asked for membership, not even for the time it takes to look
  // it up.
  const std::uint64_t hash = hash_user(hook_.id_key_, request.user);
  const bool member = !policy().folds_in() && now.set(UserSetName::members).contains(hash);
  defense::Facts facts;
  facts.quarantined = now.set(UserSetName::quarantined).contains(hash);
  facts.erased = now.set(UserSetName::erased).contains(hash);
  if (request.membership != 0) facts.membership = static_cast<Membership>(request.membership);
  if (facts.membership == Membership::ask && now.has_members) {
    facts.membership = member ? Membership::member : Membership::nonmember;
  }
  const Pool *pool = now.pool(request.pool_version);
  const bool token_expired = pool == nullptr && request.pool_version != 0;
  if (token_expired) pool = now.newest();
  facts.has_pool = pool != nullptr;
  facts.pool_stale = token_expired || pool_stale();
  const FoldSet *models = folds(request.model_version);
  facts.has_history = request.n_history > 0;
  facts.has_folds = models != nullptr;

  const defense::Routing routing = decide(policy(), facts);
  hook_.counters_.request(routing.population, routing.outcome);
  recveil_decision decision = RECVEIL_DECISION_INIT;
  decision.user = request.user;
  decision.path = static_cast<recveil_path>(routing.path);
  decision.reason = static_cast<recveil_reason>(routing.reason);
  decision.epoch = request.epoch != 0 ? request.epoch : epoch_now();
  decision.pool_version = pool != nullptr ? pool->version : 0;
  if (routing.path == Path::fold) {
    decision.fold = static_cast<std::uint16_t>(recveil::fold_of(
        hook_.fold_key_, request.person != 0 ? request.person : request.user, policy().folds));
    decision.model_version = models->version;
  }
  return decision;
}

const Pool *ServeHook::Session::pool_for(std::uint64_t version) const noexcept {
  const Pool *pool = state().pool(version);
  if (pool == nullptr && policy().on_error == OnError::pool) pool = state().newest();
  return pool;
}

std::size_t ServeHook::Session::list_size(const Page &page) const noexcept {
  if (page.path == Path::pool) {
    const Pool *pool = pool_for(page.pool_version);
    if (pool != nullptr) return pool->items.size();
    return policy().on_error == OnError::open ? page.n_host : 0;
  }
  return page.path == Path::refuse ? 0 : page.n_host;
}

const Key &ServeHook::Session::key_of(std::uint32_t epoch) const noexcept {
  EpochKey &held = hook_.epoch_keys_[view_.slot()];
  if (held.epoch != epoch || epoch == 0) {
    held.key = serve_key(hook_.master_, epoch);
    held.epoch = epoch;
  }
  return held.key;
}

std::optional<Filled> ServeHook::Session::serve(const Page &page) const noexcept {
  std::size_t count = 0;
  Origin origin = Origin::host;
  const Pool *pool = page.path == Path::pool ? pool_for(page.pool_version) : nullptr;
  if (pool != nullptr) {
    origin = Origin::pool;
    const std::size_t n = pool->items.size();
    count =
        policy().pool_in_order()
            ? defense::ordered_slate(n, pool->list_length, page.seen, page.offset, page.positions)
            : defense::draw_slate(key_of(page.epoch), page.user, n, pool->list_length, page.seen,
                                  page.offset, page.positions);
  } else if (page.path == Path::host ||
             (page.path == Path::pool && policy().on_error == OnError::open)) {
    count =
        defense::ordered_slate(page.n_host, page.n_host, page.seen, page.offset, page.positions);
  } else if (page.path == Path::fold) {
    count = defense::ordered_slate(page.n_host, policy().list_length, page.seen, page.offset,
                                   page.positions);
  } else if (page.path == Path::pool) {
    return std::nullopt;
  }
  std::fill_n(page.origins.begin(), std::min(count, page.origins.size()),
              static_cast<std::uint32_t>(origin));
  hook_.counters_.items(origin, count);
  return Filled{static_cast<std::uint32_t>(count), pool != nullptr ? pool->version : 0};
}

}  // namespace recveil::hooks
