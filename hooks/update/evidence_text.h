// What screening found, in words that an operator can defend: a line per finding, and one per
// account that is not accepted or was.
#pragma once

#include <string>

#include "defense/screen/screen_model.h"

namespace recveil::hooks {

// Accounts by their place in the batch, items by number. Empty if nothing was found. For the host
// alone: it names items.
std::string evidence_text(const defense::ScreenReport &report);

}  // namespace recveil::hooks
