// Reports as the metrics take them (recveil/metrics.h).
#pragma once

#include <vector>

#include "audit/lists.h"
#include "audit/membership.h"
#include "recveil/metrics.h"

namespace recveil::audit {

// One a cell.
std::vector<recveil_audit_result> results(const Request &request, const MembershipReport &report);

// The lists are those of the system that serves: it counts as defended, by an adaptive adversary.
recveil_audit_result result(const ListsReport &report);

}  // namespace recveil::audit
