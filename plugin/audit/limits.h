// What a report cannot say: it goes with every verdict, to whatever shows it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "audit/summary.h"

namespace recveil::audit {

// {"not_says": what the verdict is not, "blind_spots": what this audit cannot see}, in whole
// sentences. audit: membership, lists, attribute or screening. adversary: the request's; the
// audit of membership alone looks at it.
nlohmann::ordered_json limits(const std::string &audit, Verdict verdict,
                              const std::string &adversary = "");

}  // namespace recveil::audit
