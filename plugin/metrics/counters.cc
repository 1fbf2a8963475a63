#include "metrics/counters.h"

#include <algorithm>

#include "core/thread_index.h"

namespace recveil::metrics {
namespace {

// The values lie one after another, so that totals() needs no list of them.
constexpr std::size_t kNumbers = sizeof(CounterTotals) / sizeof(std::uint64_t);
static_assert(sizeof(CounterValues<std::atomic<std::uint64_t>>) == sizeof(CounterTotals));
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

void add(std::atomic<std::uint64_t> &counter, std::uint64_t n = 1) noexcept {
  counter.fetch_add(n, std::memory_order_relaxed);
}

}  // namespace

Counters::Counters() : pages_(kShards * sizeof(Shard)) {}

Counters::Shard &Counters::shard() const noexcept {
  return shards()[thread_index() % kShards];
}

void Counters::request(Population population, Outcome outcome) noexcept {
  add(shard().requests[static_cast<std::size_t>(population)][static_cast<std::size_t>(outcome)]);
}

void Counters::items(Origin origin, std::uint64_t n) noexcept {
  add(shard().items[static_cast<std::size_t>(origin) - 1], n);
}

void Counters::duration(std::uint64_t ns) noexcept {
  const auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), ns);
  Shard &mine = shard();
  add(mine.duration[static_cast<std::size_t>(bound - kDurationBounds.begin())]);
  add(mine.duration_ns, ns);
}

void Counters::error(std::int32_t status) noexcept {
  add(shard().errors[std::min(static_cast<std::size_t>(-status), kErrorCodes - 1)]);
}

void Counters::rotation(bool ok) noexcept {
  add(shard().rotations[ok ? 0 : 1]);
}

void Counters::fold_rotation(bool ok) noexcept {
  add(shard().fold_rotations[ok ? 0 : 1]);
}

void Counters::watch(WatchOutcome outcome) noexcept {
  add(shard().watched[static_cast<std::size_t>(outcome) - 1]);
}

void Counters::audit(Attack attack, Verdict verdict) noexcept {
  add(shard().audits[place_of(attack)][place_of(verdict)]);
}

void Counters::audit_suppressed(Attack attack) noexcept {
  add(shard().audits_suppressed[place_of(attack)]);
}

void Counters::screened(ScreenTrigger trigger, ScreenDecision decision, double score) noexcept {
  Shard &mine = shard();
  add(mine.screened[place_of(trigger)][place_of(decision)]);
  const auto bound = std::lower_bound(kScoreBounds.begin(), kScoreBounds.end(), score);
  add(mine.scores[static_cast<std::size_t>(bound - kScoreBounds.begin())]);
  add(mine.score_units,
      static_cast<std::uint64_t>(std::clamp(score + kMostScore, 0.0, 2 * kMostScore) / kScoreUnit));
}

void Counters::review(Review verdict, std::uint64_t n) noexcept {
  add(shard().reviews[place_of(verdict)], n);
}

CounterTotals Counters::totals() const noexcept {
  CounterTotals totals{};
  auto *sums = reinterpret_cast<std::uint64_t *>(&totals);
  for (std::size_t s = 0; s < kShards; ++s) {
    const auto *values = reinterpret_cast<const std::atomic<std::uint64_t> *>(&shards()[s]);
    for (std::size_t i = 0; i < kNumbers; ++i) sums[i] += values[i].load(std::memory_order_relaxed);
  }
  return totals;
}

}  // namespace recveil::metrics
