// Why a verdict is inconclusive, and what would settle it.
#pragma once

#include <string>
#include <vector>

#include "audit/summary.h"

namespace recveil::audit {

// Both controls passed and the verdict is open: people are what is missing.
bool too_few_people(const Judgement &judgement, const Controls &controls);

// In whole sentences, most important first; none for another verdict. before: of what was measured
// besides (audit/lists_checks.h). more: what would settle it, where there are splits.
std::vector<std::string> reasons(const Judgement &judgement, const Controls &controls,
                                 double margin, std::vector<std::string> before = {},
                                 const More &more = {});

}  // namespace recveil::audit
