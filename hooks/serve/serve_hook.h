// The serve loop: holds what was published, routes requests and fills pages. The rules are in
// defense/serve; this is where they meet snapshots, keys, the clock, counters and the state_dir.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/host.h"
#include "core/keys.h"
#include "core/snapshot.h"
#include "core/writer_lock.h"
#include "defense/serve/decide.h"
#include "hooks/serve/erasure_set.h"
#include "hooks/serve/fold_set.h"
#include "hooks/serve/item_watch.h"
#include "hooks/serve/state.h"
#include "hooks/serve/state_store.h"
#include "metrics/counters.h"

struct recveil_request;  // include/recveil/serve.h
struct recveil_decision;

namespace recveil::hooks {

// A page of the list of one user. positions and origins (may be empty) have k places.
struct Page {
  std::uint64_t user = 0;
  Path path = Path::refuse;
  std::uint32_t epoch = 0;
  std::uint64_t pool_version = 0;
  std::uint32_t n_host = 0;
  std::uint32_t offset = 0;
  std::span<const std::uint32_t> seen;
  std::span<std::uint32_t> positions;
  std::span<std::uint32_t> origins;
};

struct Filled {
  std::uint32_t count = 0;         // places filled
  std::uint64_t pool_version = 0;  // of the pool they index; 0: the host's list
};

enum class SetChange : std::uint8_t { replace = 1, add = 2, remove = 3 };

// Thread-safe. route() and serve() neither lock nor allocate; publications run one at a time.
class ServeHook {
 public:
  // host and counters outlive the hook. state_dir: empty for none.
  ServeHook(const ServePolicy &policy, const Key &master, const std::string &state_dir,
            const Host &host, metrics::Counters &counters);

  // One snapshot for many requests.
  class Session;
  Session session() const noexcept;

  // items: of the counts; empty: 0, 1, 2, ... Throws Error(argument) where the pool has no item,
  // one twice, or one that the published folds do not have.
  void publish_popularity(std::span<const std::uint64_t> counts,
                          std::span<const std::uint32_t> items);
  void publish_users(UserSetName set, SetChange change, std::span<const std::uint64_t> users);
  // All models of a version. Throws Error(argument) if their number is not serving.folds, the
  // version does not rise, or the newest pool has an item that they do not have.
  // Error(held): item_watch.h. accepted: a change of watched items holds nothing back.
  void publish_folds(std::shared_ptr<FoldSet> folds, bool accepted);
  // The model of mode private, alone in its set, and the pool of its noisy counts, in one step.
  // Throws Error(state) in another mode, Error(argument) where the version does not rise.
  void publish_private(std::shared_ptr<FoldSet> model, std::span<const std::uint64_t> counts);
  // The first of the checks of publish_folds(), for callers that must know before they read as many
  // models.
  void check_fold_count(std::size_t n) const;
  // Standing erasures of `users` (classes: n_attributes each); set.users is made here. Throws
  // Error(argument) if the version falls, or there are maps and not serving.folds of them.
  void publish_erasures(ErasureSet set, std::span<const std::uint64_t> users,
                        std::span<const std::int32_t> classes, std::size_t n_attributes);
  // What the watch over items found in the newest publication; null: nothing was compared yet.
  std::shared_ptr<const WatchReport> watch_report() const { return watch_.report(); }
  void set_policy(const ServePolicy &policy);
  bool refresh();  // Throws Error(state) without a state_dir

  std::uint32_t fold_of(std::uint64_t person) const noexcept;
  std::uint64_t user_of(std::span<const unsigned char> id) const noexcept {
    return hash_id(id_key_, id);
  }

 private:
  struct View {  // what a reader sees
    ServePolicy policy;
    ServeState state;
    std::array<std::shared_ptr<const FoldSet>, 2> folds;        // newest first; may be null
    std::array<std::shared_ptr<const ErasureSet>, 2> erasures;  // the same
  };
  struct alignas(64) EpochKey {
    std::uint32_t epoch = 0;  // 0: none yet
    Key key;
  };

  void change(const std::function<void(View &)> &edit);
  void swap(View next);
  void warn_if_small(const Pool &pool) const;
  std::shared_ptr<Pool> pool_of(std::span<const std::uint64_t> counts,
                                std::span<const std::uint32_t> items) const;

  const Key master_;
  const HashKey id_key_;
  const HashKey fold_key_;
  const defense::DecoyKey decoy_key_;
  const HashKey cell_key_;
  const Host &host_;
  metrics::Counters &counters_;
  const std::optional<StateStore> store_;
  ItemWatch watch_;
  WriterLock writer_;
  Snapshot<View> snapshot_;
  // The epoch's serve key as last derived by the reader slot; a slot has one reader at a time.
  mutable std::array<EpochKey, Snapshot<View>::kSlots> epoch_keys_;
};

class ServeHook::Session {
 public:
  // REQUIRES: membership is 0 or a RECVEIL_MEMBERSHIP_*.
  recveil_decision route(const recveil_request &request) const noexcept;
  // Throws nothing; a pool that is no longer kept is answered as on_error says, and `closed`
  // reports it: returns nothing. REQUIRES: seen positions are below the length of the list the path
  // names (list_size()).
  std::optional<Filled> serve(const Page &page) const noexcept;
  // Length of the list that positions of this page index.
  std::size_t list_size(const Page &page) const noexcept;

  std::uint32_t epoch_now() const noexcept;
  bool pool_stale() const noexcept;
  // Models of a version that is kept, the newest for 0; or null.
  const FoldSet *folds(std::uint64_t version) const noexcept {
    for (const auto &held : view_->folds) {
      if (held && (version == 0 || held->version == version)) return held.get();
    }
    return nullptr;
  }
  const FoldSet *older_folds() const noexcept { return view_->folds[1].get(); }
  // The user's standing erasure on the model of a fold, or none. Throws Error(state) where they
  // have one and no maps of that version were published: never the raw row.
  std::optional<StandingErasure> erasure(std::uint64_t user, std::uint64_t version,
                                         std::uint32_t fold) const;
  // The same for their lists alone, on any model.
  std::optional<StandingErasure> decoys(std::uint64_t user) const noexcept;
  std::size_t standing_erasures() const noexcept {
    return view_->erasures[0] ? view_->erasures[0]->users->size() : 0;
  }
  std::uint64_t erasures_version() const noexcept {
    return view_->erasures[0] ? view_->erasures[0]->version : 0;
  }
  const ServeState &state() const noexcept { return view_->state; }
  // The pool that a page of this version is filled from; null: on_error says what else.
  const Pool *pool_for(std::uint64_t version) const noexcept;
  const ServePolicy &policy() const noexcept { return view_->policy; }

 private:
  friend class ServeHook;
  explicit Session(const ServeHook &hook) noexcept : hook_(hook), view_(hook.snapshot_.read()) {}
  const Key &key_of(std::uint32_t epoch) const noexcept;

  const ServeHook &hook_;
  const Snapshot<View>::Reader view_;
};

inline ServeHook::Session ServeHook::session() const noexcept {
  return Session(*this);
}

}  // namespace recveil::hooks
