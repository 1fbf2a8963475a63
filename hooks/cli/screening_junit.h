// The test cases of a screening report.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "report_junit.h"

namespace recveil::cli {

// The verdict, both controls, every attack that is judged, and every group of people. Attacks that
// are only reported stand in the verdict's text: a gate that fails on them would always fail.
std::vector<JunitCase> screening_cases(const nlohmann::json &report);

}  // namespace recveil::cli
