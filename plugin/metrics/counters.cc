#include "metrics/counters.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

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

Counters::Counters() {
  // Zero pages are zero counters.
  void *page = ::mmap(nullptr, kShards * sizeof(Shard), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::bad_alloc();
  shards_ = static_cast<Shard *>(page);
}

Counters::~Counters() {
  ::munmap(shards_, kShards * sizeof(Shard));
}

Counters::Shard &Counters::shard() const noexcept {
  return shards_[thread_index() % kShards];
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

CounterTotals Counters::totals() const noexcept {
  CounterTotals totals{};
  auto *sums = reinterpret_cast<std::uint64_t *>(&totals);
  for (std::size_t s = 0; s < kShards; ++s) {
    const auto *values = reinterpret_cast<const std::atomic<std::uint64_t> *>(&shards_[s]);
    for (std::size_t i = 0; i < kNumbers; ++i) sums[i] += values[i].load(std::memory_order_relaxed);
  }
  return totals;
}

}  // namespace recveil::metrics
