// An attribute report as one HTML page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// As report_html() (report_html.h), for the audit `attribute`.
std::string attribute_html(const nlohmann::json &report, const std::string &version);

}  // namespace recveil::cli
