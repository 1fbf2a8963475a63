// The second loop of `recveil demo`: fakes injected, screened, the model trained without them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "library.h"

namespace recveil::cli {

// The report of a short screening audit, or null where the data are too few for one.
nlohmann::json demo_screening(const Api &api, const std::string &data, unsigned threads,
                              recveil_engine *metrics);

// What it says, for a terminal. report: of demo_screening().
void print_screening(const nlohmann::json &report);

}  // namespace recveil::cli
