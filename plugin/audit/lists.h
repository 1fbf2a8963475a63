// The lists audit: a recommender that nobody here has seen, from what it showed its users.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "attack/membership.h"
#include "audit/lists_checks.h"
#include "audit/lists_pitfalls.h"
#include "audit/membership.h"

namespace recveil::audit {

struct ListsInput {
  attack::Population target;
  // Other people, of a system served as the target is. Without them the attacker is one who knows
  // the labels of half of the target, and learns on them about the other half.
  std::optional<attack::Population> shadow;
  // People in neither, from whose histories the attacker learns the items. Without them the
  // attacker takes the histories of those whose labels are known: all of them, because if only one
  // class gave them, what is rare in them would tell that class.
  std::optional<Interactions> auxiliary;
  std::uint32_t seeds = 5;
  std::uint64_t first_seed = 1;
};

constexpr double kListsMargin = 0.05;  // AUC within .5 +- this counts as no leak

struct ListsReport {
  ListsInput input;
  std::uint32_t items = 0;    // that a history or a list names
  std::uint32_t unknown = 0;  // of these, what only lists name: no attacker knows anything of them
  CellReport cell;            // utility and times stay empty: the lists were made elsewhere
  std::vector<Pitfall> pitfalls;  // of the target
  std::vector<Check> checks;      // of the export, then planted_leak and shadow_unlike_target
  bool paired = false;            // see ExportChecks
  double seconds = 0;
};

// Every attacker learns on the shadow and scores the target, `seeds` times; without a shadow the
// target is cut into halves at random `seeds` times, and each half is scored by who learnt on the
// other, so that a person is scored once a seed. The scores of a person are averaged as ranks among
// those scored together, and the interval is DeLong's over people: more seeds steady the attacker,
// but make no more people. With one seed and a shadow this is the attack of audit/membership.h on
// one split. Rows of one person (audit/persons.h) are never on both sides. A planted leak (a few
// non-members get popular lists) must be read, and a shadow that is read must not differ from the
// target; where a check of the export voids the verdict, it is inconclusive. Controls: the members
// keep their lists and the others get the most popular items that
// they have not seen, counted on members, which must leak; members alone with labels by chance,
// which must not. All populations: over the same n_items. The result does not depend on `threads`.
// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1.
ListsReport audit_lists(ListsInput input, unsigned threads,
                        const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
