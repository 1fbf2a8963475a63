// The view of each kind of audit, from its JSON (docs/audit.schema.json).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/view.h"

namespace recveil::cli {

// report: of one audit of any kind. version: the library's.
ReportView report_view(const nlohmann::json &report, const std::string &version);

ReportView membership_view(const nlohmann::json &report, const std::string &version);  // and lists
ReportView attribute_view(const nlohmann::json &report, const std::string &version);
ReportView screening_view(const nlohmann::json &report, const std::string &version);

// What the views share: the verdict, how it was run, and warnings.
ReportView begin_view(const nlohmann::json &report, const std::string &version);

// must: what the positive and the negative control are, in a few words each.
Table controls_table(const nlohmann::json &report, const char *positive, const char *negative);

}  // namespace recveil::cli
