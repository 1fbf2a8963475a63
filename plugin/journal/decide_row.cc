#include "journal/decide_row.h"

#include <algorithm>
#include <iterator>

namespace recveil::journal {

RowDecision decide_row(const Digest &now, std::span<const KnownRow> known, bool version_seen,
                       std::span<const std::string> owed) {
  RowDecision decision;
  for (const KnownRow &state : known) {
    if (state.digest != now) continue;
    decision.known = true;
    std::vector<std::string> both;
    std::set_union(decision.covered_before.begin(), decision.covered_before.end(),
                   state.covered.begin(), state.covered.end(), std::back_inserter(both));
    decision.covered_before = std::move(both);
  }
  if (!decision.known && version_seen) {
    decision.action = RowAction::resurrected;
    return decision;
  }
  std::set_difference(owed.begin(), owed.end(), decision.covered_before.begin(),
                      decision.covered_before.end(), std::back_inserter(decision.attributes));
  if (decision.attributes.empty()) return decision;
  decision.action = RowAction::map;
  return decision;
}

RowOutcome read_back(const Digest &now, const Digest &before, const Digest &after) noexcept {
  if (now == after) return RowOutcome::confirmed;
  if (now == before) return RowOutcome::unwritten;
  return RowOutcome::resurrected;
}

}  // namespace recveil::journal
