// The drawings of the HTML report: inline SVG without colours of its own (report_style.h has them
// for light, dark and print), each with its numbers in words for who does not see it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace recveil::cli {

// The ROC of attacker `index` of the report on log-log axes, both from .001 to 1, over those of the
// other attackers, thin; the diagonal of guessing; its TPR at the audited FPRs with their
// intervals. Without `roc` in the report the points alone.
std::string roc_chart(const nlohmann::json &report, std::size_t index);

// A strip from 0 to 1: the band .5 +- margin, and an AUC with its interval. As wide as its place.
std::string auc_strip(const nlohmann::json &auc, double margin);

// A bar of a share in [0, 1]; decoration beside its number.
std::string share_bar(double share);

}  // namespace recveil::cli
