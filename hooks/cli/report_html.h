// A report as one HTML page, for the people who decide and who never saw a ROC.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// The page: no script, nothing loaded from elsewhere; readable on a telephone, in the dark, on
// paper and by a screen reader (WCAG 2.2 AA is what the tests measure of it). report: an audit of
// the schema recveil.audit/1, membership, lists or screening. version: the library's.
std::string report_html(const nlohmann::json &report, const std::string &version);

}  // namespace recveil::cli
