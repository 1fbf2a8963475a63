// The words of the serve loop: what may be decided about a request, and what decides it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace recveil {

// The draw keeps the pool's positions on the stack as 16-bit numbers.
constexpr std::size_t kMaxPool = 16384;

// Path, Reason and Origin have the values of RECVEIL_PATH_*, _REASON_* and _ORIGIN_*; plugin/abi
// asserts it.
enum class Path : std::uint8_t { refuse = 0, host = 1, pool = 2 };
enum class Reason : std::uint8_t {
  none = 0,
  member = 1,
  nonmember = 2,
  quarantined = 3,
  erased = 4,
  dry_run = 5,
  no_pool = 6,
  stale_pool = 7,
  no_members = 8,
};
enum class Origin : std::uint8_t { host = 1, pool = 2 };

// Labels of recveil_serving_requests_total.
enum class Population : std::uint8_t { member, nonmember, flagged, erased };
constexpr std::size_t kPopulations = 4;
enum class Outcome : std::uint8_t { passthrough, randomized, popular, refused, failsafe };
constexpr std::size_t kOutcomes = 5;

enum class ServingMode : std::uint8_t { popularity, popularity_randomization };
enum class OnError : std::uint8_t { pool, closed, open };
enum class Treatment : std::uint8_t { pool, host, refuse };

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
};

}  // namespace recveil
