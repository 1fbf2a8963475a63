// The tables of the HTML report: every number that its drawings show, and more.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// HR@10 and NDCG@10 of members and non-members, under a heading of the third level; says so where
// the report has none.
std::string utility_table(const nlohmann::json &report);

std::string controls_table(const nlohmann::json &report);

// What of histories and lists differs between members and non-members; empty without `groups`.
std::string groups_table(const nlohmann::json &report);

// How many planted canaries gave themselves away; empty without `canaries`.
std::string canaries_table(const nlohmann::json &report);

// One row an attacker.
std::string attackers_table(const nlohmann::json &report);

// Data, settings, sizes, times and version.
std::string run_list(const nlohmann::json &report, const std::string &version);

}  // namespace recveil::cli
