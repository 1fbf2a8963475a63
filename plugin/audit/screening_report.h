// A screening audit as JSON (schema recveil.audit/1) and as the metrics take it.
#pragma once

#include <string>

#include "audit/screening.h"
#include "recveil/metrics.h"

namespace recveil::audit {

std::string to_json(const ScreeningRequest &request, const ScreeningReport &report);
recveil_audit_result result(const ScreeningRequest &request, const ScreeningReport &report);

}  // namespace recveil::audit
