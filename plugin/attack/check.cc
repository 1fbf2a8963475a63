#include "attack/check.h"

#include <algorithm>
#include <string>

#include "core/error.h"

namespace recveil::attack {

void check_population(const Population &population, std::size_t n_items) {
  const std::size_t people = population.lists.n_users();
  if (population.histories.n_users() != people) {
    throw Error(Status::argument, "population: " + std::to_string(population.histories.n_users()) +
                                      " histories but " + std::to_string(people) + " lists");
  }
  if (!population.member.empty() && population.member.size() != people) {
    throw Error(Status::argument, "population: " + std::to_string(population.member.size()) +
                                      " labels for " + std::to_string(people) + " people");
  }
  const std::size_t named = std::max(population.histories.n_items, population.lists.n_items);
  if (named > n_items) {
    throw Error(Status::argument, "population: " + std::to_string(named) +
                                      " items, the attacker's auxiliary data has " +
                                      std::to_string(n_items));
  }
}

void check_shadow(const Population &shadow, std::size_t n_items) {
  check_population(shadow, n_items);
  const auto members = static_cast<std::size_t>(
      std::count_if(shadow.member.begin(), shadow.member.end(), [](auto m) { return m != 0; }));
  if (members == 0 || members == shadow.lists.n_users()) {
    throw Error(Status::argument, "shadow population: needs members and non-members, has " +
                                      std::to_string(members) + " members of " +
                                      std::to_string(shadow.lists.n_users()) + " people");
  }
}

}  // namespace recveil::attack
