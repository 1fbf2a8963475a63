// Likelihood ratios from shadow systems: would these lists look so if this person had been in the
// training data? The attacker knows everybody's history, trains systems of their own on random
// halves of the same people, and compares the lists that were seen with those of the systems that
// had the person and of those that had not. After RecLiRA (likelihood ratios for recommenders) and
// Carlini et al., S&P'22; of lists instead of scores, and of other people's lists: ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::attack {

// One shadow system, or the one that is attacked.
struct SystemLists {
  std::vector<std::uint8_t> member;  // of every person: trained on; empty: not known
  RankedLists lists;                 // row r: what person shown[r] was shown
};

struct SeenLists {
  const Interactions &histories;            // of every person, as the attacker knows them
  const std::vector<std::uint32_t> &shown;  // the person of each list: different people
  const SystemLists &attacked;
  const std::vector<SystemLists> &shadows;
};

// How an item at a place counts: 1 at the first, falling to 1/2 at the last place; 0: not in the
// list. What counts is learnt on the shadows (the difference of the means with and without the
// person over the pooled variance), and how much it tells on each shadow by what the others taught
// (two normal distributions with one variance). Log ratios. Higher: more likely a member; 0:
// nothing was seen.

// Of every person, by the first `lists` lists without the person's own: items of the person's
// history in lists of other people. Only more of them counts, since a model that has the history
// brings its items together. O(people * history * entries of its items in all systems' lists).
std::vector<double> crowd_ratios(const SeenLists &seen, std::size_t lists);

// Of every person shown[r], by list r alone: any items, either way.
// O(lists * shadows * length).
std::vector<double> own_ratios(const SeenLists &seen);

}  // namespace recveil::attack
