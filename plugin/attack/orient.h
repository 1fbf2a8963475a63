// From a single number a person to a rule: which direction means "member", and where to cut.
#pragma once

#include <cstdint>
#include <vector>

namespace recveil::attack {

struct Orientation {
  double sign = 1;       // -1: members have the lower values
  double auc = 0.5;      // of sign * value on the shadow, at least .5
  double threshold = 0;  // on sign * value: the best balanced accuracy on the shadow
};

// Learnt on the shadow alone: values and member are one a person, both classes present.
// O(n log n).
Orientation orient(std::vector<double> values, const std::vector<std::uint8_t> &member);

}  // namespace recveil::attack
