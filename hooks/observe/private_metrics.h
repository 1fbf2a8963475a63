// What private training has promised and spent, as metrics.
#pragma once

#include "hooks/private/private_hook.h"
#include "metrics/exposition.h"

namespace recveil::hooks {

// Nothing where no ledger is configured; only that it cannot be read where it cannot.
void expose_private(const PrivateHook &hook, metrics::Exposition &out);

}  // namespace recveil::hooks
