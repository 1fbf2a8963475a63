#include "hooks/observe/forget_metrics.h"

#include <array>
#include <bit>
#include <limits>

namespace recveil::hooks {
namespace {

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

constexpr std::array<const char *, 3> kSources{"api", "webhook", "batch"};
constexpr std::array<const char *, 4> kKinds{"erase", "attribute", "rectify", "object"};
constexpr std::array<const char *, 10> kStates{"received",   "held",      "applying", "verifying",
                                               "publishing", "completed", "rejected", "cancelled",
                                               "noop",       "failed"};
constexpr std::array<const char *, 5> kOutcomes{"completed", "noop", "failed", "rejected",
                                                "cancelled"};
constexpr std::array<const char *, 4> kPhases{"journal", "transform", "verify", "publish"};
constexpr std::array<const char *, 4> kChecks{"probe", "drift", "tombstone", "cache"};

void requests(metrics::Exposition &out, const metrics::ForgetTotals &totals) {
  for (std::size_t s = 0; s < kSources.size(); ++s) {
    for (std::size_t k = 0; k < kKinds.size(); ++k) {
      out.counter("recveil_forget_requests_accepted_total", "Deletion requests accepted.",
                  {{"source", kSources[s]}, {"kind", kKinds[k]}}, number(totals.accepted[s][k]));
    }
  }
  for (std::size_t s = 0; s < kStates.size(); ++s) {
    out.gauge("recveil_forget_requests", "Requests in each state, as the journal has them.",
              {{"state", kStates[s]}}, number(totals.states[s]));
  }
  for (std::size_t o = 0; o < kOutcomes.size(); ++o) {
    out.counter("recveil_forget_requests_finished_total", "Requests finished, by outcome.",
                {{"outcome", kOutcomes[o]}}, number(totals.finished[o]));
  }
  out.histogram("recveil_forget_request_age_seconds",
                "From the receipt of a request to its completion.", metrics::kForgetAgeBounds,
                totals.age, number(totals.age_seconds));
  out.gauge("recveil_forget_oldest_pending_timestamp_seconds",
            "When the oldest open request was received; 0 for none.", {},
            number(totals.oldest_open_at));
  out.gauge("recveil_forget_next_deadline_timestamp_seconds",
            "Earliest due date of an open request; +Inf for none.", {},
            totals.next_due_at != 0 ? number(totals.next_due_at)
                                    : std::numeric_limits<double>::infinity());
  out.gauge("recveil_forget_standing_orders", "Orders applied again to every model published.", {},
            number(totals.tombstones));
}

void rows(metrics::Exposition &out, const metrics::ForgetTotals &totals) {
  for (std::size_t p = 0; p < kPhases.size(); ++p) {
    out.counter("recveil_forget_retries_total",
                "Requests, rows or audits that had to be done again, by phase.",
                {{"phase", kPhases[p]}}, number(totals.retries[p]));
  }
  for (std::size_t p = 0; p < kPhases.size(); ++p) {
    out.histogram("recveil_forget_phase_duration_seconds",
                  "Time in the calls of each phase: submit, apply, ack and evidence, complete.",
                  metrics::kForgetPhaseBounds, totals.phase[p], 1e-9 * number(totals.phase_ns[p]),
                  {{"phase", kPhases[p]}});
  }
  out.counter("recveil_forget_embeddings_rewritten_total", "Rows mapped or emptied.", {},
              number(totals.rewritten));
  out.gauge("recveil_forget_embedding_shift_ratio",
            "Mean of |after - before| / |before| over the rows of the last apply.", {},
            std::bit_cast<double>(totals.shift_bits));
  for (std::size_t c = 0; c < kChecks.size(); ++c) {
    out.counter("recveil_forget_verification_failures_total",
                "Checks that failed: the audit says leak, a row reads back as nobody wrote it, an "
                "erased row came back, a receipt with stale caches.",
                {{"check", kChecks[c]}}, number(totals.failures[c]));
  }
  out.counter("recveil_forget_resurrected_users_total",
              "Erased rows found as nobody erased them, in a model version they were erased in; "
              "counted by the journal, over restarts.",
              {}, number(totals.resurrected));
  out.counter("recveil_forget_receipts_total", "Receipts signed by these processes.", {},
              number(totals.receipts));
}

}  // namespace

void expose_forget(const metrics::ForgetTotals &totals, metrics::Exposition &out) {
  if (totals.opened == 0) return;
  requests(out, totals);
  rows(out, totals);
  out.gauge("recveil_journal_bytes", "Size of the journal, write-ahead log included.", {},
            number(totals.journal_bytes));
  out.histogram("recveil_journal_fsync_duration_seconds",
                "Time in which a change of the journal became durable: its write and its sync.",
                metrics::kForgetPhaseBounds, totals.sync, 1e-9 * number(totals.sync_ns));
  out.counter("recveil_journal_errors_total",
              "Calls that failed because the journal could not be read or written.", {},
              number(totals.journal_errors));
}

}  // namespace recveil::hooks
