// What the attacker who knows everybody else found over all splits, for the report.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/summary.h"
#include "recommend/evaluate.h"

namespace recveil::audit {

struct UtilityPair {
  recommend::Utility members, non_members;  // means
};

// A pair of items that one person has, in draws of noise with and without that person, and how
// strongly the model goes from one item to the other. The catalogue is given: such items would
// hardly be in it.
struct PairDraws {
  std::size_t draws = 0;                            // of each kind
  std::size_t members_shown = 0, others_shown = 0;  // the other item among the ten best
  std::vector<double> member_scores, other_scores;  // the weight between the two items
};

struct BaselineReport {
  std::string name;
  std::optional<double> epsilon_part, epsilon_person;
  AttackerSummary learned;
  UtilityPair utility;
};

struct InformedReport {
  std::size_t members = 0, attacked = 0, others = 0;
  double catalogue = 0, items_shown = 0;  // means over splits
  AttackerSummary best_test, no_noise, ridge_alone;
  double matrix_ceiling = 0.5;  // of the best test, and of the pair
  bool control_passed = false;
  UtilityPair utility;
  std::optional<PairDraws> pair;
  std::vector<BaselineReport> baselines;
};

struct InformedResult;  // audit/informed.h: of one split

// REQUIRES: splits is not empty.
InformedReport summarize_informed(const std::vector<InformedResult> &splits, double epsilon,
                                  double margin);

nlohmann::ordered_json informed_json(const InformedReport &report);

}  // namespace recveil::audit
