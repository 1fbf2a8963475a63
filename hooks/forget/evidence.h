// The scores of an attribute audit as evidence for receipts.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "journal/types.h"

namespace recveil::hooks {

struct AttributeEvidence {
  journal::Evidence evidence;
  std::vector<std::string> attributes;  // that were audited, or are of too few rows to be
  bool admit_leak = false;              // go on although the verdict is leak
};

// Does the evidence say something of each attribute of a request, or does it need none?
bool covers(const AttributeEvidence *evidence, const journal::RequestInfo &request);
// Does it say something of one of them?
bool concerns(const AttributeEvidence &evidence, const journal::RequestInfo &request);

}  // namespace recveil::hooks
