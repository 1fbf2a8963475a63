// The system that must leak: what every audit of lists is checked against.
#pragma once

#include "attack/membership.h"

namespace recveil::audit {

// The same people, where each non-member is shown, in as many places as before, the items most
// popular among the members that the person has not seen (ties by lower index), as by a system that
// has nothing else for who is new (Zhang et al., CCS'21). Fewer places if there are no more items.
// O(n * (history + list) + n_items log n_items).
attack::Population with_popular_lists(const attack::Population &population);

}  // namespace recveil::audit
