// The newest result of each kind of audit, in memory that all processes share that are forked after
// it was made: whichever of them ran the audit, every scrape shows it.
#pragma once

#include <optional>

#include "metrics/audit_result.h"
#include "metrics/shared_pages.h"

namespace recveil::metrics {

// Any thread, any process; no lock that a fork or a killed process could leave locked, no
// allocation. A process killed within set() leaves the result before it.
class AuditResults {
 public:
  AuditResults();  // throws std::bad_alloc

  // Results of one attack, defended or not, by one adversary replace each other. Lost if eight
  // other writers stand still within set() for the same ones.
  void set(const AuditResult &result) noexcept;
  std::optional<AuditResult> get(Attack attack, bool defended, Adversary adversary) const noexcept;

 private:
  struct Slot;
  Slot &slot(Attack attack, bool defended, Adversary adversary) const noexcept;

  SharedPages pages_;
};

}  // namespace recveil::metrics
