// The inversion audit as JSON and as the metrics take it. docs/inversion.md lists the keys.
#pragma once

#include <string>

#include "audit/inversion.h"
#include "recveil/metrics.h"

namespace recveil::audit {

std::string to_json(const InversionRequest &request, const InversionReport &report);
recveil_audit_result result(const InversionRequest &request, const InversionReport &report);

}  // namespace recveil::audit
