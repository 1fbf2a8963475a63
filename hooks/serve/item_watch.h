// The watch over some items of the models (serving.watch_items): each publication is compared with
// the last one, and the newest report is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/keys.h"
#include "core/serving.h"
#include "core/writer_lock.h"
#include "defense/fold/drift.h"
#include "hooks/serve/fold_set.h"
#include "metrics/counters.h"
#include "state/versioned_files.h"

namespace recveil::hooks {

constexpr std::size_t kWatchNeighbors = 7;  // that are named of an item at most

struct WatchReport {
  std::uint64_t version = 0;       // of the models that were published, or held back
  std::uint64_t last_version = 0;  // that they were compared with; 0: none
  std::uint64_t checked_at = 0;    // Unix seconds
  WatchOutcome outcome = WatchOutcome::not_compared;
  std::vector<defense::ItemChange> items;  // as serving.watch_items
  std::vector<std::uint8_t> changed;       // of each: beyond its share of the false alarms
};

// Two sketches as sealed bytes: the newest models', and those before.
struct WatchState {
  defense::ModelSketch newest, older;
};
std::string encode_watch(const defense::ModelSketch &newest, const defense::ModelSketch &older,
                         const Key &key);
// Throws Error(io) for damaged bytes, Error(version) for a format this library does not read.
WatchState decode_watch(const std::string &bytes, const Key &key, const std::string &name);

// report() from any thread; the others one at a time (ServeHook's writer lock).
class ItemWatch {
 public:
  // folder: the state_dir, which carries the comparison over a restart; empty: none.
  ItemWatch(const std::string &folder, const Key &key, metrics::Counters &counters);

  // Compares `next` with `last` (null: with what the state_dir keeps of an earlier version), sets
  // the report and counts it. Throws Error(held) where a watched item changed and the policy holds
  // publications back, unless `accepted`; Error(io) where the state_dir cannot be written. Watching
  // no items does nothing.
  void check(const WatchPolicy &policy, const FoldSet *last, const FoldSet &next, bool accepted,
             std::uint64_t now);

  // Of the newest publication that was checked; null: none was.
  std::shared_ptr<const WatchReport> report() const;

 private:
  struct Store {
    state::VersionedFiles files;
    Key key;
  };
  std::optional<Store> store_;
  metrics::Counters &counters_;
  mutable WriterLock lock_;
  std::shared_ptr<const WatchReport> report_;
};

}  // namespace recveil::hooks
