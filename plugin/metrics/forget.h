// What the forget loop counts, in memory that all processes share that are forked after it was
// made: the owner of the journal writes it, any worker's scrape shows it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "metrics/shared_pages.h"

namespace recveil::metrics {

enum class ForgetPhase : std::uint8_t { journal, transform, verify, publish };
enum class ForgetCheck : std::uint8_t {
  probe,      // the audit says leak
  drift,      // a row reads back neither as it was nor as it was written
  tombstone,  // a row came back in a model version it was erased in
  cache,      // completed while caches of the host are stale
};
enum class ForgetOutcome : std::uint8_t { completed, noop, failed, rejected, cancelled };

// Upper bounds in seconds; above the last: +Inf.
constexpr std::array<double, 10> kForgetAgeBounds{60,     600,    3600,    21600,   86400,
                                                  259200, 604800, 1209600, 2592000, 3888000};
constexpr std::array<double, 7> kForgetPhaseBounds{.001, .01, .1, 1, 10, 60, 600};

template <class Number>
struct ForgetValues {
  Number opened;          // journals opened; 0: there is nothing to show
  Number accepted[3][4];  // by source, kind - 1
  Number states[10];      // requests now in each, by state - 1
  Number finished[5];
  Number retries[4];
  Number age[kForgetAgeBounds.size() + 1];
  Number age_seconds;
  Number phase[4][kForgetPhaseBounds.size() + 1];
  Number phase_ns[4];
  Number sync[kForgetPhaseBounds.size() + 1];
  Number sync_ns;
  Number oldest_open_at;  // 0: none
  Number next_due_at;     // 0: none
  Number tombstones;
  Number rewritten;
  Number shift_bits;  // of a double
  Number failures[4];
  Number resurrected;
  Number receipts;
  Number journal_bytes;
  Number journal_errors;
};
using ForgetTotals = ForgetValues<std::uint64_t>;

// Any thread, any process; no lock, no allocation.
class ForgetCounters {
 public:
  using Values = ForgetValues<std::atomic<std::uint64_t>>;
  ForgetCounters() : pages_(sizeof(Values)) {}  // throws std::bad_alloc

  Values *operator->() const noexcept { return static_cast<Values *>(pages_.data()); }
  void phase(ForgetPhase phase, double seconds) const noexcept;
  void synced(double seconds) const noexcept;  // a change of the journal became durable
  void age(std::uint64_t seconds) const noexcept;
  void finished(ForgetOutcome outcome) const noexcept;
  void failed(ForgetCheck check, std::uint64_t n = 1) const noexcept;
  void retried(ForgetPhase phase, std::uint64_t n = 1) const noexcept;
  ForgetTotals totals() const noexcept;

 private:
  SharedPages pages_;  // zero pages are zero counters
};

}  // namespace recveil::metrics
