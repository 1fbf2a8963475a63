// The ROC curves of a page: inline SVG without colours of its own (style.h has them for light, dark
// and print), each with its audited rates in words for those who do not see it.
#pragma once

#include <string>
#include <vector>

#include "report/view.h"

namespace recveil::cli {

// A panel for each attacker: its ROC on log-log axes, both from .001 to 1, the diagonal of
// guessing, and its audited rates with their intervals. Empty without curves.
std::string roc_panels(const std::vector<Roc> &rocs);

}  // namespace recveil::cli
