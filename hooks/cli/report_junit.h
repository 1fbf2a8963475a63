// A report as JUnit XML, for release gates that read test results.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

struct JunitCase {
  std::string name;
  std::string outcome;  // "failure", "error", or empty: passed
  std::string type;     // of that outcome
  std::string numbers;
};

// One testsuite; a testcase for the verdict, each control and each attacker (of screening: each
// attack and group of people). A leak and a failed
// control are failures with their numbers; what is inconclusive is an error, never skipped: a gate
// must not take it for an all-clear. report: an audit of the schema recveil.audit/1, membership,
// lists or screening. version: the library's.
std::string report_junit(const nlohmann::json &report, const std::string &version);

}  // namespace recveil::cli
