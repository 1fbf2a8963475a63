// People for the lists audit whose best possible AUC is known, and slow twins of its parts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "attack/membership.h"
#include "core/random.h"

namespace recveil::support {

constexpr std::uint32_t kListTastes = 8, kItemsOfTaste = 20;

// 8 different items of a taste (item i is of taste i % kListTastes).
inline std::vector<std::uint32_t> draw_of_taste(Rng &rng, std::uint64_t taste) {
  std::vector<std::uint32_t> items;
  for (std::uint32_t i = 0; i < kItemsOfTaste; ++i) {
    items.push_back(i * kListTastes + static_cast<std::uint32_t>(taste));
  }
  rng.shuffle(items);
  items.resize(8);
  return items;
}

// n members and n non-members, by turns, each with 8 items of one taste, and shown 8 of that taste
// with probability p_member or p_non_member, else of the next one. All there is to know is whether
// the two agree, so the best AUC is 1/2 + (p_member - p_non_member) / 2.
inline attack::Population listed_people(std::size_t n, double p_member, double p_non_member,
                                        std::uint64_t seed) {
  Rng rng(seed);
  attack::Population out;
  out.histories.n_items = out.lists.n_items = kListTastes * kItemsOfTaste;
  for (std::size_t person = 0; person < 2 * n; ++person) {
    const bool member = person % 2 == 0;
    const std::uint64_t taste = rng.below(kListTastes);
    const bool agrees = rng.uniform() < (member ? p_member : p_non_member);
    out.histories.append(draw_of_taste(rng, taste));
    out.lists.append(draw_of_taste(rng, agrees ? taste : (taste + 1) % kListTastes));
    out.member.push_back(member ? 1 : 0);
  }
  return out;
}

// The list of a non-member in with_popular_lists(): of all items not in the history, sorted by
// (falling count among members, index), the first ones.
inline std::vector<std::uint32_t> popular_list_slowly(const attack::Population &population,
                                                      std::size_t user) {
  const auto history = population.histories.row(user);
  std::vector<std::pair<long, std::uint32_t>> items;
  for (std::uint32_t item = 0; item < population.histories.n_items; ++item) {
    if (std::find(history.begin(), history.end(), item) != history.end()) continue;
    long count = 0;
    for (std::size_t u = 0; u < population.member.size(); ++u) {
      const auto row = population.histories.row(u);
      if (population.member[u] != 0) count += std::count(row.begin(), row.end(), item);
    }
    items.emplace_back(-count, item);
  }
  std::sort(items.begin(), items.end());
  items.resize(std::min(items.size(), population.lists.row(user).size()));
  std::vector<std::uint32_t> out;
  for (const auto &[count, item] : items) out.push_back(item);
  return out;
}

// Items that only lists name, and all items named.
inline std::pair<std::size_t, std::size_t> unknown_items_slowly(
    const std::vector<const Interactions *> &lists,
    const std::vector<const Interactions *> &histories) {
  std::set<std::uint32_t> shown, taken, all;
  for (const Interactions *rows : lists) shown.insert(rows->items.begin(), rows->items.end());
  for (const Interactions *rows : histories) taken.insert(rows->items.begin(), rows->items.end());
  std::size_t unknown = 0;
  for (const std::uint32_t item : shown) unknown += taken.count(item) == 0 ? 1u : 0u;
  all = shown;
  all.insert(taken.begin(), taken.end());
  return {unknown, all.size()};
}

}  // namespace recveil::support
