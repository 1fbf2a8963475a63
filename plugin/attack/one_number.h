// An attacker who goes by one number of a person and learns on the shadow which direction of it
// means "member" and where to cut.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attack/evidence.h"
#include "attack/membership.h"

namespace recveil::attack {

// One value a person. Finite.
using Statistic = std::vector<double> (*)(const Observation &observation);

std::unique_ptr<MembershipAttack> make_by_one_number(std::string name, bool blind,
                                                     Statistic statistic);

}  // namespace recveil::attack
