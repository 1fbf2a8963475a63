// Which of the measured settings `recveil tune` recommends: a rule on numbers alone. Ours.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace recveil::cli {

// Against the ceiling: every attacker surely under it, one surely over it, or neither is sure.
enum class Standing { under, over, unsettled };

struct Measured {
  Standing standing = Standing::unsettled;
  double ndcg10 = 0;           // mean of members' and non-members'
  double training_units = 1;   // of one model's training
  unsigned models = 1;         // to publish and to keep in memory
  unsigned support_floor = 0;  // 0: there is none
  bool exact = false;  // nobody is served by a model that saw them: it holds against every attacker
};

enum class Outcome { found, none, inconclusive };

struct Choice {
  Outcome outcome = Outcome::none;
  std::optional<std::size_t> index;  // if found
};

// The cheapest setting under the ceiling. Of those under it, the ones whose NDCG@10 is at least
// (1 - loss) of the best one's count as equally good; of these the one with the least training,
// then one whose exclusion is exact, then the fewest models, then the highest support floor, then
// the best NDCG@10, then the first.
// Nothing under the ceiling: `inconclusive` if something is unsettled, else `none`. loss: in [0,
// 1]; 0: the best NDCG@10 whatever it costs, 1: the least training whatever it loses.
Choice choose(const std::vector<Measured> &settings, double loss);

}  // namespace recveil::cli
