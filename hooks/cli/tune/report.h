// What `recveil tune` makes of the report of a grid: the choice, and its text.
#pragma once

#include <nlohmann/json.hpp>

#include "tune/choice.h"

namespace recveil::cli {

// Makes a report recveil.grid/1 of audits with margin ceiling - .5 into one of recveil.tune/1:
// adds ceiling, loss, result and chosen.
Outcome add_choice(nlohmann::json &report, double ceiling, double loss);

// The table and what follows from it, to stdout.
void print_tune(const nlohmann::json &report);

}  // namespace recveil::cli
