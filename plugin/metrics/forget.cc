#include "metrics/forget.h"

#include <algorithm>

namespace recveil::metrics {
namespace {

constexpr std::size_t kNumbers = sizeof(ForgetTotals) / sizeof(std::uint64_t);
static_assert(sizeof(ForgetCounters::Values) == sizeof(ForgetTotals));

template <std::size_t N>
std::size_t bucket(const std::array<double, N> &bounds, double value) noexcept {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

}  // namespace

void ForgetCounters::phase(ForgetPhase phase, double seconds) const noexcept {
  const ForgetCounters &self = *this;
  const auto p = static_cast<std::size_t>(phase);
  ++self->phase[p][bucket(kForgetPhaseBounds, seconds)];
  self->phase_ns[p] += static_cast<std::uint64_t>(1e9 * seconds);
}

void ForgetCounters::synced(double seconds) const noexcept {
  const ForgetCounters &self = *this;
  ++self->sync[bucket(kForgetPhaseBounds, seconds)];
  self->sync_ns += static_cast<std::uint64_t>(1e9 * seconds);
}

void ForgetCounters::age(std::uint64_t seconds) const noexcept {
  const ForgetCounters &self = *this;
  ++self->age[bucket(kForgetAgeBounds, static_cast<double>(seconds))];
  self->age_seconds += seconds;
}

void ForgetCounters::finished(ForgetOutcome outcome) const noexcept {
  const ForgetCounters &self = *this;
  ++self->finished[static_cast<std::size_t>(outcome)];
}

void ForgetCounters::failed(ForgetCheck check, std::uint64_t n) const noexcept {
  const ForgetCounters &self = *this;
  self->failures[static_cast<std::size_t>(check)] += n;
}

void ForgetCounters::retried(ForgetPhase phase, std::uint64_t n) const noexcept {
  const ForgetCounters &self = *this;
  self->retries[static_cast<std::size_t>(phase)] += n;
}

ForgetTotals ForgetCounters::totals() const noexcept {
  ForgetTotals out{};
  const auto *from = static_cast<const std::atomic<std::uint64_t> *>(pages_.data());
  auto *to = reinterpret_cast<std::uint64_t *>(&out);
  for (std::size_t i = 0; i < kNumbers; ++i) to[i] = from[i].load(std::memory_order_relaxed);
  return out;
}

}  // namespace recveil::metrics
