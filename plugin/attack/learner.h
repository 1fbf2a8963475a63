// The three learners behind the attackers, and how attackers share what they train.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "attack/evidence.h"

namespace recveil::attack {

// A trained model: log odds of membership, one a person.
using LogOdds = std::function<std::vector<double>(const Observation &)>;

// On a shadow with both classes. mlp: on the difference vectors; the others: on the features.
LogOdds train_mlp(const Observation &shadow, std::uint64_t seed);
LogOdds train_trees(const Observation &shadow, std::uint64_t seed);
LogOdds train_logistic(const Observation &shadow);

// Trains once for attackers that are fitted on the same evidence one after another.
class Learner {
 public:
  explicit Learner(std::function<LogOdds(const Observation &)> train) : train_(std::move(train)) {}

  const LogOdds &operator()(const Evidence &shadow) {
    if (shadow != shadow_) {
      model_ = train_(*shadow);
      shadow_ = shadow;
    }
    return model_;
  }

 private:
  std::function<LogOdds(const Observation &)> train_;
  Evidence shadow_;  // held, so that no other can have its address
  LogOdds model_;
};

}  // namespace recveil::attack
