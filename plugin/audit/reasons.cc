#include "audit/reasons.h"

#include <cstdio>
#include <utility>

namespace recveil::audit {

bool too_few_people(const Judgement &judgement, const Controls &controls) {
  return judgement.verdict == Verdict::inconclusive && controls.positive_passed &&
         controls.negative_passed;
}

std::vector<std::string> reasons(const Judgement &judgement, const Controls &controls,
                                 double margin, std::vector<std::string> before, const More &more) {
  if (judgement.verdict != Verdict::inconclusive) return {};
  std::vector<std::string> out = std::move(before);
  char text[240];
  if (!controls.negative_passed) {
    std::snprintf(text, sizeof(text),
                  "the negative control failed: labels given by chance were told apart, AUC %.3f; "
                  "trust no number of this report until that is explained",
                  controls.negative_auc);
    out.emplace_back(text);
  }
  if (!controls.positive_passed) {
    std::snprintf(text, sizeof(text),
                  "the positive control failed: lists that must give membership away were read at "
                  "AUC %.3f, below .9, so these attackers do not work on these data",
                  controls.positive_auc);
    out.emplace_back(text);
  }
  if (out.empty()) {
    const bool splits = !more.users && more.seeds;
    std::snprintf(text, sizeof(text),
                  "%s: the AUC may be as far from .5 as %.3f, and only below %.3f does it count as "
                  "no leak",
                  splits ? "too few splits, which differ more than chance among people explains"
                         : "too few people",
                  judgement.upper_bound, 0.5 + margin);
    out.emplace_back(text);
  }
  return out;
}

}  // namespace recveil::audit
