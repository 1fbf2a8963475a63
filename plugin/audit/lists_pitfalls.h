// What tells the two groups apart although no model need have anything to do with it: mistakes in
// collecting the lists, or in serving them.
#pragma once

#include <string>
#include <vector>

#include "attack/membership.h"
#include "numerics/stats.h"

namespace recveil::audit {

// A number of each person, compared between members and non-members.
struct Pitfall {
  std::string name;                     // seen_in_list, list_length, history_length
  double members = 0, non_members = 0;  // means
  Estimate auc;                         // of the number alone, 99 %; above .5: members have more
  std::string warning;                  // in one line; empty: the groups do not differ
};

// seen_in_list: how many items of the list are in the history; list_length: places. Both are the
// same for everybody where serving is alike, so they are warned of where the interval leaves .5 out
// (a false alarm in 1 % of audits each). history_length: differs for many reasons, so only where
// the interval is beyond .5 +- .05. O(size).
std::vector<Pitfall> find_pitfalls(const attack::Population &target);

}  // namespace recveil::audit
