// The last loop of `recveil demo`: fakes that tie an item to decoys expose who has it, until they
// are screened.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "library.h"

namespace recveil::cli {

// Two audits, {undefended, screened}, on made-up data of short histories: where everybody has much
// these fakes expose nobody.
nlohmann::json run_demo_inversion(const Api &api, unsigned threads, recveil_engine *metrics);

std::string demo_inversion_text(const nlohmann::json &inversion);

}  // namespace recveil::cli
