// recveil_screen_*: what screening did, and with which screening model.
#pragma once

#include "hooks/update/update_hook.h"
#include "metrics/counters.h"
#include "metrics/exposition.h"

namespace recveil::hooks {

// Adds the families to a scrape. Any thread.
void expose_screening(const UpdateHook &hook, const metrics::CounterTotals &totals,
                      metrics::Exposition &out);

}  // namespace recveil::hooks
