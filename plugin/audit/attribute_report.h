// An attribute audit as JSON (schema recveil.audit/1; several defences: recveil.grid/1) and as the
// metrics take it.
#pragma once

#include <string>
#include <vector>

#include "audit/attribute.h"
#include "audit/attribute_host.h"
#include "recveil/metrics.h"

namespace recveil::audit {

std::string to_json(const AttributeRequest &request, const AttributeAudit &audit);
std::string to_json(const HostAudit &audit);

std::vector<recveil_audit_result> results(const AttributeRequest &request,
                                          const AttributeAudit &audit);
std::vector<recveil_audit_result> results(const HostAudit &audit);

}  // namespace recveil::audit
