// What every attacker requires of a population.
#pragma once

#include <cstddef>

#include "attack/membership.h"

namespace recveil::attack {

// Throws Error(Status::argument) unless there is one list for each history, both are over n_items
// or fewer items (those the attacker has auxiliary data of), and labels, if any, are one a person.
void check_population(const Population &population, std::size_t n_items);

// The same, and unless `shadow` has at least one member and one non-member.
void check_shadow(const Population &shadow, std::size_t n_items);

}  // namespace recveil::attack
