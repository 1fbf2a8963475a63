// The words of the serve loop: what may be decided about a request, and what decides it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace recveil {

// The draw keeps the pool's positions on the stack as 16-bit numbers.
constexpr std::size_t kMaxPool = 16384;

// These have the values of RECVEIL_MEMBERSHIP_*, _PATH_*, _REASON_* and _ORIGIN_*; hooks/serve
// asserts it. Membership ask: not known, so it is looked up.
enum class Membership : std::uint8_t { ask = 1, member = 2, nonmember = 3 };
enum class Path : std::uint8_t { refuse = 1, host = 2, pool = 3, fold = 4 };
enum class Reason : std::uint8_t {
  member = 1,
  nonmember = 2,
  quarantined = 3,
  erased = 4,
  dry_run = 5,
  no_pool = 6,
  stale_pool = 7,
  no_members = 8,
  no_folds = 9,
  cross_fit = 10,
  no_history = 11,
  private_model = 12,
};
enum class Origin : std::uint8_t { host = 1, pool = 2 };

// Labels of recveil_serving_requests_total. everybody: modes that fold in do not tell members from
// others.
enum class Population : std::uint8_t { member, nonmember, quarantined, erased, everybody };
constexpr std::size_t kPopulations = 5;
enum class Outcome : std::uint8_t { passthrough, randomized, popular, refused, failsafe, folded };
constexpr std::size_t kOutcomes = 6;

enum class ServingMode : std::uint8_t {
  popularity,
  popularity_randomization,
  cross_fit,
  private_model,
};
enum class NoHistory : std::uint8_t { popularity, randomization };
enum class OnError : std::uint8_t { pool, closed, open };
enum class Treatment : std::uint8_t { pool, host, refuse };

// What a publication does when a watched item changed.
enum class OnChange : std::uint8_t { report, hold };

// `serving.watch_items:`, the items whose neighbours are watched from model to model.
struct WatchPolicy {
  std::vector<std::uint32_t> items;  // rising, distinct
  std::string file;                  // of more items; empty: none. Read when the engine is opened
  double false_alarm_rate = .002;    // of a publication, all watched items together
  OnChange on_change = OnChange::report;
};

// `serving:` of the configuration.
struct ServePolicy {
  ServingMode mode = ServingMode::popularity_randomization;
  std::uint32_t list_length = 100;  // places in all pages of a list together, [1, 1000]
  double ratio = 0.1;               // list_length / pool size, (0, 1]
  std::uint32_t epoch_seconds = 86400;
  OnError on_error = OnError::pool;
  Treatment quarantined = Treatment::pool;
  Treatment erased = Treatment::pool;
  bool dry_run = false;
  std::uint64_t max_pool_age_seconds = 0;  // 0: a pool never gets stale
  std::uint32_t folds = 5;                 // F of cross-fit, [2, 64]; 1 with private_model
  std::uint32_t support_floor = 5;         // members an item needs to be ranked, at least 1
  NoHistory no_history = NoHistory::randomization;  // how they show the pool
  bool decoys = false;                              // leave decoys out of erased users' lists
  WatchPolicy watch_items;

  // Everybody, member or not, is folded in from their history.
  bool folds_in() const noexcept {
    return mode == ServingMode::cross_fit || mode == ServingMode::private_model;
  }
  bool pool_in_order() const noexcept {
    return mode == ServingMode::popularity || (folds_in() && no_history == NoHistory::popularity);
  }
};

}  // namespace recveil
