// The families recveil_forget_* and recveil_journal_*.
#pragma once

#include "metrics/exposition.h"
#include "metrics/forget.h"

namespace recveil::hooks {

// Nothing where no journal was opened by these processes.
void expose_forget(const metrics::ForgetTotals &totals, metrics::Exposition &out);

}  // namespace recveil::hooks
