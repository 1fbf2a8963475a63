// A screening report as one HTML page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// As report_html() (report_html.h), for the audit `screening`.
std::string screening_html(const nlohmann::json &report, const std::string &version);

}  // namespace recveil::cli
