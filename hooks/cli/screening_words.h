// A screening report in words: shared by its text, page and JUnit form.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "report_verdict.h"

namespace recveil::cli {

VerdictWords screening_verdict(const nlohmann::json &report);

// What the screening audit cannot see, one sentence or two each.
std::vector<std::string> screening_blind_spots();

// Reported attacks of which fewer than 95 % of the campaigns were caught: "spread_targets".
std::vector<std::string> gets_through(const nlohmann::json &report);

// What a name of `failed` or `unsettled` is about: "random" -> "the attack random",
// "clean_random" -> "genuine accounts in random batches".
std::string subject_words(const std::string &name);

// An attack's name with whom it copies or spreads over: "average, targets spread".
std::string attack_words(const nlohmann::json &by_attack_row);

// "a crowd of people on a new item".
std::string scene_words(const std::string &scene);

// ", " between the names.
std::string joined(const std::vector<std::string> &names);

}  // namespace recveil::cli
