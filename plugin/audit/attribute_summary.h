// From what attackers read on several splits to intervals and a verdict.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "audit/attribute_cells.h"
#include "audit/summary.h"
#include "numerics/stats.h"

namespace recveil::audit {

// Who attacks what.
struct LineKey {
  std::string attacker, protocol, source;  // transfer or adaptive; attribute_request.h
  std::size_t attribute = 0;               // which of the people's
};

// One attacker over all splits.
struct AttributeLine : LineKey {
  Estimate auc, balanced_accuracy;  // 95 % by itself
  double standard_error = 0;        // of auc, for the verdict
  std::vector<double> split_auc;
  std::vector<double> class_auc;    // means over splits
  std::vector<double> history_auc;  // means over splits; of kHistoryLengths, or empty
  bool nothing_to_erase = false;    // no attacker on the raw rows is surely above chance
};

// What one attacker read in each split. The error of the AUC within splits is DeLong's over people,
// each of whom counts with the mean of what they add in the splits: who is attacked again with
// another model is no new person, and no exact copy either. Where readings have no people, and for
// the balanced accuracy, it is that of one split times the root of `distinct`, how many people were
// attacked in a split, over how many in any. The printed interval is the wider of Student's over
// the splits and the normal one of the error within them. REQUIRES: readings non-empty, of the same
// people.
AttributeLine summarize_line(LineKey key, const std::vector<Reading> &readings, double distinct);

// Settles what needs all lines. The error that a verdict goes by is the larger of the line's own
// within splits and the spread over splits, the root mean square over the lines of the same
// attribute, protocol and source: of three splits alone a spread is known too badly to be corrected
// for many lines. REQUIRES: summarized on as many splits.
void pool_spread(std::vector<AttributeLine> &lines);

// Marks the lines of `after` (and of `raw` itself) of attributes, protocols and sources where no
// raw line is above .5, by Holm over those lines at .05.
void mark_nothing_to_erase(std::vector<AttributeLine> &raw, std::vector<AttributeLine> &after);

// What an outsider who knows a person gains from the erased row or list: the worst attacker on both
// together, before (the raw one) and after, of the attribute where the difference is largest.
struct AttributeGain {
  std::string source;
  AttributeLine before, after;
  Estimate gain;  // of the distances from .5; 95 %, as if before and after were independent
};
// One for each source but `embedding` and `list`.
std::vector<AttributeGain> gains_of(const std::vector<AttributeLine> &before,
                                    const std::vector<AttributeLine> &after);

struct AttributeJudgement {
  Verdict verdict = Verdict::inconclusive;
  std::size_t worst = 0;     // line whose AUC is farthest from .5
  Estimate auc;              // its interval, corrected for the number of lines (Bonferroni)
  double equivalence_p = 1;  // largest of Holm's adjusted p values of |AUC - .5| >= margin
  std::vector<std::size_t> beyond, open;  // lines surely beyond the margin; not shown to be within
};

// Over the lines of one source, all attackers, protocols and attributes. A leak if, after Holm,
// some |AUC - .5| is above the margin (one-sided .025); no leak found if, after Holm, every line is
// shown to be within (two one-sided tests, .05), both controls passed and every attribute is
// certifiable; else inconclusive, which a failed negative control always is. REQUIRES: some line of
// the source.
AttributeJudgement judge_lines(const std::vector<AttributeLine> &lines, const std::string &source,
                               const Controls &controls, bool certifiable, double margin);

}  // namespace recveil::audit
