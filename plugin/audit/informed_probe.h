// What an attacker learns who knows every member but those attacked: removal probes of the attacked
// model and of a reference of their own, told apart by a logistic regression.
#pragma once

#include <cstdint>
#include <vector>

#include "audit/informed.h"

namespace recveil::audit {

// Whom the attacker looks at: the attacked, then the others.
struct InformedScene {
  const Interactions &data;
  const InformedSplit &split;
  const defense::Catalogue &catalogue;
  std::uint64_t seed;

  std::size_t people() const { return split.attacked.size() + split.others.size(); }
  bool is_member(std::size_t p) const { return p < split.attacked.size(); }
  std::uint32_t user(std::size_t p) const {
    return is_member(p) ? split.attacked[p] : split.others[p - split.attacked.size()];
  }
  // values: one a person.
  SplitScores scores(const char *name, const std::vector<double> &values) const;
};

// The regression learns on four fifths of the people and is asked about the rest.
SplitScores learned_scores(const InformedScene &scene, const PlaceScores &attacked,
                           const PlaceScores &reference, const char *name);

}  // namespace recveil::audit
