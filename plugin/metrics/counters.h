// The counters of the hot path, in a page shared by all processes forked after it was made: any
// worker's totals are those of all workers. Sharded, so that threads do not write the same line.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/screening.h"
#include "core/serving.h"
#include "metrics/audit_result.h"
#include "metrics/shared_pages.h"

namespace recveil::metrics {

// Upper bounds of the serving duration's buckets, in nanoseconds; above the last: +Inf.
constexpr std::array<std::uint64_t, 12> kDurationBounds{
    250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 10'000'000};
constexpr std::size_t kDurationBuckets = kDurationBounds.size() + 1;
constexpr std::size_t kErrorCodes = 16;
// Upper bounds of the buckets of screening scores; above the last: +Inf.
constexpr std::array<double, 10> kScoreBounds{-1, -0.1, 0, 0.1, 0.5, 1, 2, 3, 4, 5};
constexpr std::size_t kScoreBuckets = kScoreBounds.size() + 1;
// The sum of scores is kept in these parts, above -kMostScore, so that it is a whole number that
// only grows. Scores beyond +-kMostScore count as that.
constexpr double kScoreUnit = 1e-6, kMostScore = 10;

template <class Number>
struct CounterValues {
  Number requests[kPopulations][kOutcomes];
  Number items[2];  // by Origin - 1
  Number duration[kDurationBuckets];
  Number duration_ns;
  Number errors[kErrorCodes];      // by -status
  Number rotations[2];             // pools published: ok, rejected
  Number fold_rotations[2];        // models of folds published: ok, rejected
  Number watched[kWatchOutcomes];  // comparisons of watched items
  Number audits[kAttacks][kVerdicts];
  Number audits_suppressed[kAttacks];
  Number screened[kScreenTriggers][kScreenDecisions];
  Number scores[kScoreBuckets];
  Number score_units;  // sum of (score + kMostScore) / kScoreUnit
  Number reviews[kReviews];
};
using CounterTotals = CounterValues<std::uint64_t>;

// Any thread, any process; no lock, no allocation.
class Counters {
 public:
  Counters();  // throws std::bad_alloc

  void request(Population population, Outcome outcome) noexcept;
  void items(Origin origin, std::uint64_t n) noexcept;
  void duration(std::uint64_t ns) noexcept;
  void error(std::int32_t status) noexcept;
  void rotation(bool ok) noexcept;
  void fold_rotation(bool ok) noexcept;
  void watch(WatchOutcome outcome) noexcept;
  void audit(Attack attack, Verdict verdict) noexcept;
  void audit_suppressed(Attack attack) noexcept;
  void screened(ScreenTrigger trigger, ScreenDecision decision, double score) noexcept;
  void review(Review verdict, std::uint64_t n) noexcept;

  CounterTotals totals() const noexcept;

 private:
  static constexpr std::size_t kShards = 64;
  struct alignas(64) Shard : CounterValues<std::atomic<std::uint64_t>> {};
  Shard *shards() const noexcept { return static_cast<Shard *>(pages_.data()); }
  Shard &shard() const noexcept;

  SharedPages pages_;  // zero pages are zero counters
};

}  // namespace recveil::metrics
