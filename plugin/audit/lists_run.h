// The runs of the attackers on exported lists, and of those on the controls.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "attack/evidence.h"
#include "audit/lists.h"

namespace recveil::audit {

using ListsScores = std::vector<std::vector<double>>;  // [attacker][person]

constexpr double kPlantedShare = 0.2;  // of the non-members, in the planted leak

class ListsRun {
 public:
  using Progress = std::function<void(double, const char *)>;

  // What is attacked. shadow: nullptr where each half of the target learns on the other.
  struct Case {
    std::shared_ptr<const attack::Population> target, shadow;
    std::vector<std::uint32_t> person;  // persons() of the target
  };

  struct Found {
    std::array<ListsScores, 2> scores;  // as the cases: sums over seeds
    std::vector<double> positive;       // lowest_aucs() on the positive control
    ListsScores planted;                // one run, on the planted leak
    ListsScores shadow;  // one run, on the shadow in parts, each by the others; empty without one
  };

  // Views of the input, which is not copied and outlives this, and so does `progress`.
  ListsRun(const ListsInput &input, unsigned threads, const Progress &progress);

  // The audit itself, and the same on labels by chance.
  const std::array<Case, 2> &cases() const { return cases_; }

  // For looking at the arrays: what those show whom the attackers learn on, or everybody.
  std::shared_ptr<const attack::Knowledge> knowledge() const;

  Found attack();

 private:
  void look();
  ListsScores attack_case(std::size_t c, std::uint64_t seed) const;
  std::vector<double> positive_control() const;
  ListsScores planted_leak() const;
  ListsScores shadow_in_parts() const;

  const ListsInput &input_;
  unsigned threads_;
  const Progress &progress_;
  std::array<Case, 2> cases_;
  std::shared_ptr<const attack::Knowledge> knowledge_;  // nullptr: what the learnt half shows
  std::array<attack::Evidence, 4> seen_;  // shadow and target of each case; nullptr: not known
};

}  // namespace recveil::audit
