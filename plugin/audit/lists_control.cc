#include "audit/lists_control.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/random.h"
#include "core/watch.h"

namespace recveil::audit {

attack::Population with_popular_lists(const attack::Population &population, double share,
                                      std::uint64_t seed) {
  const Interactions &histories = population.histories;
  std::vector<std::uint32_t> count(histories.n_items, 0), by_count(histories.n_items);
  for (std::size_t u = 0; u < population.member.size(); ++u) {
    if (population.member[u] == 0) continue;
    for (const std::uint32_t item : histories.row(u)) ++count[item];
  }
  std::iota(by_count.begin(), by_count.end(), 0u);
  std::stable_sort(by_count.begin(), by_count.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return count[a] > count[b]; });

  Rng rng(seed, 14);
  attack::Population out;
  out.histories = histories;
  out.lists.n_items = population.lists.n_items;
  out.member = population.member;
  std::vector<std::size_t> seen_by(histories.n_items, population.member.size());
  std::vector<std::uint32_t> list;
  for (std::size_t u = 0; u < population.member.size(); ++u) {
    if (u % 1024 == 0) pulse();
    const auto shown = population.lists.row(u);
    if (population.member[u] != 0 || (share < 1 && rng.uniform() >= share)) {
      out.lists.append(shown);
      continue;
    }
    for (const std::uint32_t item : histories.row(u)) seen_by[item] = u;
    list.clear();
    for (auto item = by_count.begin(); item != by_count.end() && list.size() < shown.size();
         ++item) {
      if (seen_by[*item] != u) list.push_back(*item);
    }
    out.lists.append(list);
  }
  return out;
}

}  // namespace recveil::audit
