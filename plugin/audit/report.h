// Reports as JSON: an audit (schema recveil.audit/1), or the demo's several (recveil.demo/1).
#pragma once

#include <string>

#include "audit/membership.h"
#include "audit/request.h"

namespace recveil::audit {

std::string to_json(const Request &request, const MembershipReport &report);

}  // namespace recveil::audit
