// The test cases of an attribute report.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "report_junit.h"

namespace recveil::cli {

// The verdict, both controls and every attack on embeddings. Attacks on lists stand in the
// verdict's text unless lists are covered: an erasure without decoys does not claim them.
std::vector<JunitCase> attribute_cases(const nlohmann::json &report);

}  // namespace recveil::cli
