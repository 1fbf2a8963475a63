// From the JSON of an audit (docs/audit.schema.json) to its view, and from that to each format.
// Each tells all of the view.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/view.h"

namespace recveil::cli {

// report: of one audit of any kind. version: the library's.
ReportView report_view(const nlohmann::json &report, const std::string &version);

ReportView membership_view(const nlohmann::json &report, const std::string &version);  // and lists
ReportView attribute_view(const nlohmann::json &report, const std::string &version);
ReportView inversion_view(const nlohmann::json &report, const std::string &version);
ReportView injections_view(const nlohmann::json &report, const std::string &version);
ReportView screening_view(const nlohmann::json &report, const std::string &version);

// What the views share: verdict, warnings, and how it was run. defense: what the report's is.
ReportView begin_view(const nlohmann::json &report, const std::string &version,
                      const char *question, const char *defense);

// What was looked at in an export of a host.
Table checks_table(const nlohmann::json &checks);

// must: what the positive and the negative control are, in a few words each.
Table controls_table(const nlohmann::json &report, const char *positive, const char *negative);

// For a terminal of 100 columns.
std::string text_report(const ReportView &view);

// One self-contained page: no script, nothing loaded from elsewhere; readable on a telephone, in
// the dark, on paper and by a screen reader (WCAG 2.2 AA is what the tests measure of it).
std::string html_report(const ReportView &view);

// One test suite for release gates, with a case for the verdict and one for each row that names
// one. A leak is a failure; what is inconclusive is an error, never skipped: a gate must not take
// it for an all-clear. The whole report is the output of the suite.
std::string junit_report(const ReportView &view);

}  // namespace recveil::cli
