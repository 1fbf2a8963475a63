#include "metrics/forget.h"

#include <algorithm>

namespace recveil::metrics {
namespace {

constexpr std::size_t kNumbers = sizeof(UnlearnTotals) / sizeof(std::uint64_t);
static_assert(sizeof(Unlearn::Values) == sizeof(UnlearnTotals));

template <std::size_t N>
std::size_t bucket(const std::array<double, N> &bounds, double value) noexcept {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

}  // namespace

void Unlearn::phase(UnlearnPhase phase, double seconds) const noexcept {
  const Unlearn &self = *this;
  const auto p = static_cast<std::size_t>(phase);
  ++self->phase[p][bucket(kUnlearnPhaseBounds, seconds)];
  self->phase_ns[p] += static_cast<std::uint64_t>(1e9 * seconds);
}

void Unlearn::synced(double seconds) const noexcept {
  const Unlearn &self = *this;
  ++self->sync[bucket(kUnlearnPhaseBounds, seconds)];
  self->sync_ns += static_cast<std::uint64_t>(1e9 * seconds);
}

void Unlearn::age(std::uint64_t seconds) const noexcept {
  const Unlearn &self = *this;
  ++self->age[bucket(kUnlearnAgeBounds, static_cast<double>(seconds))];
  self->age_seconds += seconds;
}

void Unlearn::finished(UnlearnOutcome outcome) const noexcept {
  const Unlearn &self = *this;
  ++self->finished[static_cast<std::size_t>(outcome)];
}

void Unlearn::failed(UnlearnCheck check, std::uint64_t n) const noexcept {
  const Unlearn &self = *this;
  self->failures[static_cast<std::size_t>(check)] += n;
}

void Unlearn::retried(UnlearnPhase phase, std::uint64_t n) const noexcept {
  const Unlearn &self = *this;
  self->retries[static_cast<std::size_t>(phase)] += n;
}

UnlearnTotals Unlearn::totals() const noexcept {
  UnlearnTotals out{};
  const auto *from = static_cast<const std::atomic<std::uint64_t> *>(pages_.data());
  auto *to = reinterpret_cast<std::uint64_t *>(&out);
  for (std::size_t i = 0; i < kNumbers; ++i) to[i] = from[i].load(std::memory_order_relaxed);
  return out;
}

}  // namespace recveil::metrics
