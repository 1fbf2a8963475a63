// An attribute report in plain words, shared by text, page and test results.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report_verdict.h"

namespace recveil::cli {

VerdictWords attribute_verdict(const nlohmann::json &report);

// "leaks", "clear", "unsettled", or "nothing to erase", of one line of report.attackers.
std::string attribute_finding(const nlohmann::json &report, const nlohmann::json &line);

// "gender, logistic, adaptive".
std::string attribute_line_name(const nlohmann::json &line);

// The line of report.attackers_before with the same attacker, protocol, source and attribute; null
// where there is none.
const nlohmann::json &attribute_line_before(const nlohmann::json &report,
                                            const nlohmann::json &line);

// What the report says of lists, of classes that are too small, and of absent attackers: a sentence
// each.
std::vector<std::string> attribute_notes(const nlohmann::json &report);

std::vector<std::string> attribute_blind_spots();

}  // namespace recveil::cli
