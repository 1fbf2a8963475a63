// The scores of an attribute audit as the C struct that recveil_forget_evidence() takes.
#pragma once

#include "audit/attribute_host.h"
#include "recveil/audit.h"

namespace recveil::audit {

// REQUIRES: out.scores has room for RECVEIL_SCORES_PER_ATTRIBUTE of each attribute.
void give_evidence(const HostAudit &audit, recveil_attribute_evidence &out);

}  // namespace recveil::audit
