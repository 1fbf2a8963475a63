// The third loop of `recveil demo`: an attribute read from embeddings before and after it is taken
// out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "library.h"

namespace recveil::cli {

// An audit of score_transport and one of optimal_transport, each for half of the people; null
// where the data has no attribute. data: SPEC.
nlohmann::json run_demo_erasure(const Api &api, const std::string &data, unsigned threads,
                                recveil_engine *metrics);

std::string demo_erasure_text(const nlohmann::json &erasure);

}  // namespace recveil::cli
