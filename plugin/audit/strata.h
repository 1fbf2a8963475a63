// The same question asked of people by how active they are: who did little is another person to
// find than who did much.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "audit/summary.h"

namespace recveil::audit {

// People with `least` to `most` interactions in their histories.
struct Stratum {
  std::size_t least = 0, most = 0;           // most 0: no end
  std::size_t members = 0, non_members = 0;  // over all splits
  std::vector<AttackerSummary> attackers;    // empty: too few people, below kStratumLeast a class
  std::optional<Judgement> judgement;        // corrected for attackers and strata
};

inline constexpr std::size_t kStratumLeast = 50;  // people of each class in every split

// attackers[a]: the scores of one attacker in every split. Those without people are left out, and
// so is everybody where the activity is not known.
std::vector<Stratum> judge_strata(const std::vector<std::vector<SplitScores>> &attackers,
                                  const Controls &controls, double margin);

}  // namespace recveil::audit
