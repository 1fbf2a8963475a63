// Reports as the metrics take them (recveil/metrics.h).
#pragma once

#include <string>
#include <vector>

#include "audit/lists.h"
#include "audit/membership.h"
#include "recveil/metrics.h"

namespace recveil::audit {

// What the results of all audits have. adversary: naive, adaptive or sybil.
recveil_audit_result begin_result(recveil_attack attack, const std::string &adversary,
                                  Verdict verdict, const Controls &controls, bool defended,
                                  double seconds);

// One a cell.
std::vector<recveil_audit_result> results(const Request &request, const MembershipReport &report);

// The lists are those of the system that serves: it counts as defended, by an adaptive adversary.
recveil_audit_result result(const ListsReport &report);

}  // namespace recveil::audit
