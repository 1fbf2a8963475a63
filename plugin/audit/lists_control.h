// The system that must leak: what every audit of lists is checked against.
#pragma once

#include <cstdint>

#include "attack/membership.h"

namespace recveil::audit {

// The same people, where each non-member is shown, in as many places as before, the items most
// popular among the members that the person has not seen (ties by lower index), as by a system that
// has nothing else for who is new (Zhang et al., CCS'21). Fewer places if there are no more items.
// share: only of that share of the non-members, chosen at random by `seed`; the others keep what
// they were shown. O(n * (history + list) + n_items log n_items).
attack::Population with_popular_lists(const attack::Population &population, double share = 1,
                                      std::uint64_t seed = 0);

}  // namespace recveil::audit
