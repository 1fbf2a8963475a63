// What the attackers' scores say about the export itself, and when no verdict can stand.
#pragma once

#include <string>
#include <vector>

#include "audit/lists_checks.h"
#include "audit/summary.h"

namespace recveil::audit {

// Whether the attackers find a leak that is surely there: of `kPlantedShare` of the non-members in
// each class everybody can be told, so an AUC of .5 + share / 2 is there to be read. At least half
// of that.
Check planted_leak(const std::vector<AttackerSummary> &attackers, Verdict verdict);

// Whether what is read of the shadow, by attackers who learnt on the rest of it, is read of the
// target as well. One-sided, corrected for the number of attackers; intervals are taken a third
// wider, because systems differ more than people do.
Check shadow_unlike_target(const std::vector<AttackerSummary> &shadow,
                           const std::vector<AttackerSummary> &target, Verdict verdict);

// The warnings of the checks that void the verdict.
std::vector<std::string> voiding(const std::vector<Check> &checks);

}  // namespace recveil::audit
