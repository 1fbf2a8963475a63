// The crowd: an observer who knows histories and sees the lists of some people reads from them who
// else's history the recommender was trained on. Nobody types anything in, and nobody's own list is
// looked at. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attack/list_ratios.h"
#include "audit/summary.h"

namespace recveil::audit {

// How many lists of others are seen, in turn; as many as there are people at most.
inline constexpr std::size_t kCrowdLists[] = {14, 74, 200};
inline constexpr std::size_t kMostCrowdLists = 200;
inline constexpr std::uint32_t kCrowdShadows = 128;
// How many people are compared with their own list: about so many over all splits, and so many in
// each at least. With 2,000 of each class an AUC of .5 is shown to be within .05 of it.
inline constexpr std::size_t kOwnLists = 2000, kLeastOwnLists = 1000;

// The attacker's own systems on the same people, and what the attacked ones show of it.
struct CrowdScene {
  Interactions known;                        // histories of all people of a split
  std::vector<std::uint32_t> shown;          // whose lists are seen
  std::vector<attack::SystemLists> shadows;  // lists of `shown`
  std::vector<attack::SystemLists> attacked;
};

// Attackers crowd_14, crowd_74, crowd_200 on everybody in every attacked system.
std::vector<SplitScores> crowd_scores(const CrowdScene &scene);

// Attacker shadow_ratio: everybody in scene.shown by the own list (attack/list_ratios.h).
SplitScores own_list_scores(const CrowdScene &scene);

// The control: the same with the most lists, where it is by chance who is said to have been trained
// on, in the shadows and in the attacked systems, kCrowdControls times. The AUC is .5 but for
// chance whatever the lists tell, unless the attack reads a label that it may not. (Wrong labels in
// the shadows alone would not do: the attacked lists then still show more of a member's items, and
// the sign of what was learnt is more often minus. Nor would somebody else's labels: two people
// have items in common.)
inline constexpr std::size_t kCrowdControls = 4;
SplitScores crowd_control(CrowdScene scene, std::uint64_t seed);

// Two trainings of one system between which people joined and left, seen through the same lists.
struct CrowdChange {
  const Interactions &known;
  const std::vector<std::uint32_t> &shown;
  const attack::SystemLists &before, &after;
};

// Of those who were not members before, "joined"; of those who were, "left": the scores, by the
// first `lists` lists. No shadow enters it: whose items came together more, whose less.
SplitScores joined_scores(const CrowdChange &change, std::size_t lists);
SplitScores left_scores(const CrowdChange &change, std::size_t lists);

}  // namespace recveil::audit
