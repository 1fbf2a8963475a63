// People whose membership shows in their lists by a rule whose best possible AUC is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attack/membership.h"
#include "core/random.h"

namespace recveil::support {

constexpr std::uint32_t kTastes = 10;
constexpr std::uint32_t kItems = 200;  // item i is of taste i % kTastes

// The vector of an item is the unit vector of its taste; item i is held by i people.
inline attack::Auxiliary taste_auxiliary() {
  attack::Auxiliary auxiliary;
  auxiliary.item_vectors = {kItems, kTastes, std::vector<float>(std::size_t{kItems} * kTastes)};
  for (std::uint32_t i = 0; i < kItems; ++i) {
    auxiliary.item_vectors.row(i)[i % kTastes] = 1;
    auxiliary.popularity.push_back(i);
  }
  return auxiliary;
}

// The same with 60 people of the attacker's, who hold 2 to 30 items by chance, and with items that
// are popular as they are among these; 50 or so are held by nobody.
inline attack::Auxiliary auxiliary_with_people(std::uint64_t seed) {
  attack::Auxiliary auxiliary = taste_auxiliary();
  auxiliary.people.n_items = kItems;
  auxiliary.popularity.assign(kItems, 0);
  Rng rng(seed);
  for (int person = 0; person < 60; ++person) {
    std::vector<std::uint32_t> items;
    for (std::uint32_t i = 0; i < kItems - 50; ++i) items.push_back(i);
    rng.shuffle(items);
    items.resize(2 + rng.below(29));
    for (const std::uint32_t item : items) ++auxiliary.popularity[item];
    auxiliary.people.append(items);
  }
  return auxiliary;
}

inline void append_person(attack::Population &population, const std::vector<std::uint32_t> &history,
                          const std::vector<std::uint32_t> &list, bool member) {
  population.histories.append(history);
  population.lists.append(list);
  population.member.push_back(member ? 1 : 0);
}

inline attack::Population empty_population() {
  attack::Population population;
  population.histories.n_items = kItems;
  population.lists.n_items = kItems;
  return population;
}

// n members and n non-members, by turns. A history and a list are one item each. The list is of the
// history's taste with probability p_member or p_non_member, else of another taste; which item of
// the taste is chance. So all there is to know is whether the tastes agree, and the best AUC is 1/2
// + (p_member - p_non_member) / 2.
inline attack::Population taste_population(std::size_t n, double p_member, double p_non_member,
                                           std::uint64_t seed) {
  Rng rng(seed);
  attack::Population population = empty_population();
  for (std::size_t person = 0; person < 2 * n; ++person) {
    const bool member = person % 2 == 0;
    const auto taste = static_cast<std::uint32_t>(rng.below(kTastes));
    const bool agrees = rng.uniform() < (member ? p_member : p_non_member);
    const auto step = agrees ? 0 : 1 + static_cast<std::uint32_t>(rng.below(kTastes - 1));
    const auto item_of = [&](std::uint32_t t) {
      return t % kTastes + kTastes * static_cast<std::uint32_t>(rng.below(kItems / kTastes));
    };
    append_person(population, {item_of(taste)}, {item_of(taste + step)}, member);
  }
  return population;
}

// n members, each with a list of one item drawn from [member_from, member_from + 100), and n
// non-members from [non_member_from, non_member_from + 100). Item 0 is the history of all.
inline attack::Population popularity_population(std::size_t n, std::uint32_t member_from,
                                                std::uint32_t non_member_from, std::uint64_t seed) {
  Rng rng(seed);
  attack::Population population = empty_population();
  for (std::size_t person = 0; person < 2 * n; ++person) {
    const bool member = person % 2 == 0;
    const std::uint32_t from = member ? member_from : non_member_from;
    append_person(population, {0}, {from + static_cast<std::uint32_t>(rng.below(100))}, member);
  }
  return population;
}

// 2 n people with histories and lists of 1 to 20 items, all by chance, and labels by turns: there
// is nothing to find.
inline attack::Population random_population(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  attack::Population population = empty_population();
  const auto draw = [&] {
    std::vector<std::uint32_t> items;
    for (std::uint32_t i = 0; i < kItems; ++i) items.push_back(i);
    rng.shuffle(items);
    items.resize(1 + rng.below(20));
    return items;
  };
  for (std::size_t person = 0; person < 2 * n; ++person) {
    append_person(population, draw(), draw(), person % 2 == 0);
  }
  return population;
}

}  // namespace recveil::support
