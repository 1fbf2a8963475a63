// An attribute report for a terminal.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

std::string attribute_text(const nlohmann::json &report);

}  // namespace recveil::cli
