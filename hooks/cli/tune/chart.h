// The drawing of `recveil tune`: what is given away against what is recommended well.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// A self-contained SVG file, light or dark as the reader prefers, of a report recveil.tune/1: the
// upper bound of the worst attacker's max(AUC, 1 - AUC), on a log axis of its excess over .5,
// against NDCG@10 (above) and HR@10 (below), members filled and non-members hollow, with the
// ceiling and the chosen setting. What it shows is also in its <desc>, in words.
std::string tune_chart(const nlohmann::json &report);

}  // namespace recveil::cli
