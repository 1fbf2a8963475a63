// Reports as JSON: an audit (schema recveil.audit/1), or several (recveil.grid/1, recveil.demo/1).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audit/lists_checks.h"
#include "audit/membership.h"
#include "audit/request.h"

namespace recveil::audit {

using Json = nlohmann::ordered_json;

// Parts that all audits share. findings: from the verdict to the controls; REQUIRES: attackers.
Json estimate(const Estimate &value);
Json findings(const CellReport &cell, double margin);
Json checks_json(const std::vector<Check> &checks);
// One attacker. verdict: of the cell, which is corrected for the attackers.
Json attacker_json(const AttackerSummary &attacker, Verdict verdict, double margin);
// No mechanism of a smaller epsilon (at delta 1e-6) could have let the attackers of the cell get so
// far.
double epsilon_lower_bound(const CellReport &cell);
// The report with what it cost at its end.
Json with_costs(Json out, double seconds);
// Several audits in one report. kind: grid or demo.
std::string several(const std::string &kind, const std::string &data, Json audits, double seconds);

std::string to_json(const Request &request, const MembershipReport &report);

}  // namespace recveil::audit
