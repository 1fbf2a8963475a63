// What to do with a row that the host presents: the decision that keeps a map from being applied
// twice (mapped twice, an adaptive attacker is back at .84). Pure; ours (DESIGN 6).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "journal/types.h"

namespace recveil::journal {

// RECVEIL_ROW_*.
enum class RowAction : std::uint8_t {
  skip = 1,         // as an application left it, and nothing more is owed
  map = 2,          // known from before an application, or of a model version never seen for this
                    // row: map the attributes named
  resurrected = 3,  // an unknown row in a known version: never map it blindly; count and alarm
};

struct RowDecision {
  RowAction action = RowAction::skip;
  bool known = false;                       // the journal has seen the row as it is now
  std::vector<std::string> attributes;      // to map, sorted
  std::vector<std::string> covered_before;  // gone from the row as it is now
};

// known: every state this row was ever recorded in, in any order and version. owed: sorted.
// version_seen: this row was handled in this model version before. A row equal to states
// that differ in what they cover (a map that changed nothing) counts as covered by all of them.
// O(known * attributes).
RowDecision decide_row(const Digest &now, std::span<const KnownRow> known, bool version_seen,
                       std::span<const std::string> owed);

// The same by reading back: what became of a row that was to go from before to after.
RowOutcome read_back(const Digest &now, const Digest &before, const Digest &after) noexcept;

}  // namespace recveil::journal
