// Attackers made of learners: one alone, or several together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "attack/learner.h"
#include "attack/membership.h"

namespace recveil::attack {

// Scores are the model's log odds.
std::unique_ptr<MembershipAttack> attack_by(std::string name, std::shared_ptr<Learner> learner);

// Scores are the mean of the models' log odds, each divided by its standard deviation on the
// shadow; a model that says the same of everybody counts as 0.
std::unique_ptr<MembershipAttack> attack_by_all(std::string name,
                                                std::vector<std::shared_ptr<Learner>> learners);

}  // namespace recveil::attack
