#include "recveil/watch.h"

#include <algorithm>
#include <string>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"

namespace {

using namespace recveil;

constexpr std::size_t kNeighbors = sizeof(recveil_watched_item::neighbors) / sizeof(std::uint32_t);
static_assert(RECVEIL_WATCH_UNCHANGED == static_cast<int>(WatchOutcome::unchanged));
static_assert(RECVEIL_WATCH_CHANGED == static_cast<int>(WatchOutcome::changed));
static_assert(RECVEIL_WATCH_HELD == static_cast<int>(WatchOutcome::held));
static_assert(RECVEIL_WATCH_NOT_COMPARED == static_cast<int>(WatchOutcome::not_compared));
static_assert(hooks::kWatchNeighbors <= kNeighbors);

recveil_watched_item as_read(const defense::ItemChange &change, bool changed) {
  recveil_watched_item out{};
  out.item = change.item;
  out.compared = change.compared ? 1 : 0;
  out.changed = changed ? 1 : 0;
  out.fold = change.fold;
  out.change = change.change;
  out.p_value = change.p_value;
  out.n_neighbors = static_cast<std::uint32_t>(std::min(change.neighbors.size(), kNeighbors));
  std::copy_n(change.neighbors.begin(), out.n_neighbors, out.neighbors);
  return out;
}

}  // namespace

extern "C" recveil_status recveil_watch_read(recveil_engine *engine, recveil_watch_report *report,
                                             recveil_watched_item *items,
                                             size_t capacity) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_struct(report, sizeof(recveil_watch_report), alignof(recveil_watch_report),
                      "report");
    if (capacity > 0) abi::check_array(items, capacity, "items");
    recveil_watch_report out = RECVEIL_WATCH_REPORT_INIT;
    const auto found = e.serve->watch_report();
    if (found) {
      out.outcome = static_cast<recveil_watch_outcome>(found->outcome);
      out.model_version = found->version;
      out.last_model_version = found->last_version;
      out.checked_at = found->checked_at;
      out.n_items = found->items.size();
      out.n_changed =
          static_cast<std::size_t>(std::count(found->changed.begin(), found->changed.end(), 1));
    }
    abi::give(report, out);
    if (items == nullptr) return;
    if (capacity < out.n_items) {
      throw Error(Status::buffer, "capacity: is " + std::to_string(capacity) + ", there are " +
                                      std::to_string(out.n_items) + " watched items");
    }
    for (std::size_t i = 0; i < out.n_items; ++i) {
      items[i] = as_read(found->items[i], found->changed[i] != 0);
    }
  });
}
