// From the attackers' scores on several splits to intervals and a verdict.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "numerics/stats.h"

namespace recveil::audit {

// One attacker on the target population of one split. Higher = more likely a member.
struct SplitScores {
  std::string name = {};
  bool blind = false;
  std::vector<double> members, non_members;
  double threshold = 0;  // learnt on the shadow
  // How active each of them is: interactions in the history. Empty: not known.
  std::vector<double> member_activity = {}, non_member_activity = {};
};

// The mean over splits of an AUC, with its interval.
struct MeanAuc : Estimate {
  std::vector<double> split, split_error;  // of each split; its standard error
  double standard_error = 0;               // of value
  double leak_p = 1;                       // one-sided p of |AUC - .5| <= margin, before correction
};

struct TprEstimate {
  double fpr = 0;
  Estimate tpr;
  std::size_t hits = 0, members = 0;  // what tpr was counted from
  bool enough = false;                // the pooled non-members resolve this rate: n0 * FPR >= 20
};

// One attacker over all splits.
struct AttackerSummary {
  std::string name;
  bool blind = false;
  MeanAuc auc;  // 95 % by itself
  // Of pairs of like activity alone (numerics/stratified_auc.h): what is left when "members are
  // more active" is taken away. No splits where the activity is not known.
  MeanAuc stratified;
  MeanAuc activity_auc;  // of activity alone, whatever the attacker; no splits likewise
  Estimate balanced_accuracy;
  std::vector<double> split_balanced_accuracy;
  std::vector<TprEstimate> tpr;            // at FPR .001, .01, .1, pooled over splits
  std::vector<std::array<double, 2>> roc;  // (FPR, TPR) rising, means over splits, <= 200 points
};

// The interval of the mean AUC is the wider of two: Student's from the spread of the splits, and
// DeLong's within them. name, blind: as in the first split, unless given. REQUIRES: splits
// non-empty.
AttackerSummary summarize_attacker(const std::vector<SplitScores> &splits, double margin);
AttackerSummary summarize_attacker(std::string name, bool blind,
                                   const std::vector<SplitScores> &splits, double margin);

enum class Verdict { leak, no_leak_found, inconclusive };
const char *verdict_name(Verdict verdict);

// What one attacker found, next to the verdict that is corrected for their number; where the two
// differ the verdict is right. A leak only under that verdict, if its own AUC is surely beyond the
// margin or it finds some members surely (stands_out). No leak under no_leak_found, or if its AUC
// is surely within the margin and nobody stands out.
Verdict finding(Verdict corrected, const Estimate &auc, double margin, bool stands_out);

struct Controls {
  double positive_auc = 0.5, negative_auc = 0.5;
  bool positive_passed = false, negative_passed = false;
};

struct Judgement {
  Verdict verdict = Verdict::inconclusive;
  std::size_t worst = 0;     // index of the attacker whose AUC is farthest from .5
  Estimate auc;              // its interval, corrected for the number of attackers
  double upper_bound = 0.5;  // of max(AUC, 1 - AUC) over all attackers, corrected alike
};

// A leak if some |AUC - .5| is surely above the margin, corrected for the number of attackers: half
// of the error is for the strongest of each kind (strong, shadow_ratio, sybil_paired,
// sybil_learned, crowd_200), half for the others; or if the lower bound of some TPR is above twice
// its FPR. No leak found if every upper bound of max(AUC, 1 - AUC) is below .5 + margin and both
// controls passed; else inconclusive. A failed negative control means the measurement itself is
// off: inconclusive.
Judgement judge(const std::vector<AttackerSummary> &attackers, const Controls &controls,
                double margin);

// The same of one of several parts of the people, by the AUCs alone, corrected for their number.
Judgement judge_part(const std::vector<AttackerSummary> &attackers, const Controls &controls,
                     double margin, std::size_t parts);

// The same by the stratified AUCs alone. Nothing where the activity is not known.
std::optional<Judgement> judge_at_equal_activity(const std::vector<AttackerSummary> &attackers,
                                                 const Controls &controls, double margin);

// Of those who see the list alone, the one whose AUC is farthest from .5; nullptr: none does.
const AttackerSummary *worst_blind(const std::vector<AttackerSummary> &attackers);

// What would settle a verdict that is open, if every AUC and every spread stayed as it is: so many
// more people of each class in every split, or so many more splits. Nothing where no number up to a
// thousandfold would, and no people where it is the spread between splits that is too wide: more
// people narrow only what is uncertain within a split. people: of the smaller class, in a split.
struct More {
  std::optional<std::size_t> users, seeds;
};
More more_needed(const std::vector<AttackerSummary> &attackers, std::size_t people, double margin);

}  // namespace recveil::audit
