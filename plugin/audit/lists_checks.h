// Whether an export is what it is said to be, before anything is read from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"

namespace recveil::audit {

// One thing that was looked at. `people`: how many rows it concerns.
struct Check {
  std::string name;
  std::size_t people = 0;
  std::string warning;  // in one line; empty: nothing is wrong
  bool voids = false;   // no verdict can stand on this export
};

struct ExportChecks {
  std::vector<Check> checks;  // all, in a fixed order
  // Nearly everybody has two rows, once as a member and once as somebody else: two systems that
  // swap their people, as `recveil audit membership --export` writes them. No fault.
  bool paired = false;
};

// Looks for, by name:
//   people_twice     one history in several rows of one population, under two labels
//   people_in_both   one history in the target and in the shadow
//   equal_lists      one list shown to people with different histories, though it is not just
//   popular lists_in_both    one such list in the target and in the shadow empty_lists      people
//   who were shown nothing item_ids         most places of the lists name items that nobody has
//   taken seen_items       lists that hold what the person has taken, though not as a service
//   without a
//                    filter of seen items would show it
//   lists_of_others  lists that fit the histories of other people as well as the person's own
// Histories and lists of fewer than 5 items tell nobody apart and are left out. A share of people
// that is surely no accident of the data is a warning; what makes labels or lists meaningless voids
// the verdict. shadow: may be nullptr. knowledge: item vectors over the same items. target and
// shadow are not empty. O(size log size + people * others * l).
ExportChecks check_export(const attack::Population &target, const attack::Population *shadow,
                          const attack::Knowledge &knowledge, std::uint64_t seed);

}  // namespace recveil::audit
