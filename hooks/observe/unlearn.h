// The families recveil_unlearn_* and recveil_journal_*.
#pragma once

#include "metrics/exposition.h"
#include "metrics/unlearn.h"

namespace recveil::hooks {

// Nothing where no journal was opened by these processes.
void expose_unlearn(const metrics::UnlearnTotals &totals, metrics::Exposition &out);

}  // namespace recveil::hooks
