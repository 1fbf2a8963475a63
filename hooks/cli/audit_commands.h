// Running an audit through the library, shared by `recveil audit` and `recveil demo`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "library.h"

namespace recveil::cli {

// Runs it with progress; the report as parsed JSON. metrics: an engine that takes the results over,
// or nullptr. Throws StatusError.
nlohmann::json run_audit(const Api &api, const nlohmann::json &request, unsigned threads,
                         recveil_engine *metrics);

// Of an audit's verdict.
int exit_status(const nlohmann::json &report);
std::string verdict_words(const nlohmann::json &report);
std::string verdict_text(const nlohmann::json &judged);  // "no leak found"

// The controls and the table of attackers, to stdout.
void print_findings(const nlohmann::json &report);

// ".998 [.997, .999]".
std::string interval_text(const nlohmann::json &estimate);

// "1,208 users, ..."
std::string data_text(const nlohmann::json &audit);

unsigned default_threads();

}  // namespace recveil::cli
