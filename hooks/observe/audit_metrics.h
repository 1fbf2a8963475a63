// The results of audits among the metrics: what is kept of one, and what a scrape shows of them.
#pragma once

#include "metrics/audit_results.h"
#include "metrics/counters.h"
#include "metrics/exposition.h"

namespace recveil::hooks {

// Results over fewer people than this, on either side, are not exported: a change of such a number
// would tell about single people.
constexpr std::uint64_t kMinCohort = 20;

// Counts the audit and keeps its numbers, unless it did not finish or its cohort is too small.
void record_audit(const metrics::AuditResult &result, metrics::Counters &counters,
                  metrics::AuditResults &results) noexcept;

// The families recveil_audit_* and recveil_utility_*. What is not known has no sample.
void expose_audits(const metrics::AuditResults &results, const metrics::CounterTotals &totals,
                   metrics::Exposition &out);

}  // namespace recveil::hooks
