// Which state follows which. Pure.
#pragma once

#include "journal/types.h"

namespace recveil::journal {

bool may_follow(State from, State to) noexcept;
// Nothing follows any more. A failed request is not finished: it is still due.
bool is_finished(State state) noexcept;
// OpenDSR's word for it: "pending", "in_progress", "completed" or "cancelled".
const char *open_dsr_status(State state) noexcept;

}  // namespace recveil::journal
