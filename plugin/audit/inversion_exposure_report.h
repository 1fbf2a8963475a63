// The table of exposed items as JSON, and how well it told what the injections found.
#pragma once

#include "audit/inversion.h"
#include "audit/report.h"

namespace recveil::audit {

// Those exposed by the fewest fakes, how many items are exposed by each rate that was run, and, of
// undefended runs with naive fakes, what was expected of each item that was injected next to the
// share found, with Spearman's correlation of the two over the items (null for fewer than five, or
// where all are the same). null: the recommender has no table.
Json exposure_json(const InversionRequest &request, const InversionReport &report);

}  // namespace recveil::audit
