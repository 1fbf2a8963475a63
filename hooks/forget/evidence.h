// Reports of attribute audits as evidence for receipts.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "journal/types.h"

namespace recveil::hooks {

struct ReportedEvidence {
  journal::Evidence evidence;
  std::set<std::string, std::less<>> attributes;  // that it has scores of
};

// One report (schema "recveil.audit/1", audit "attribute"), or an array of them. Scores are paired
// by attacker, protocol, source and attribute. Throws Error(data) "report: what is wrong".
std::vector<ReportedEvidence> read_evidence(std::string_view report, std::uint64_t model_version);

}  // namespace recveil::hooks
