#include "hooks/update/evidence_text.h"

#include <cstdio>

namespace recveil::hooks {
namespace {

constexpr double kWorthTelling = .01;  // of the p value of a channel

// Formats as printf does.
template <class... Values>
std::string text(const char *format, Values... values) {
  char out[256];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

const char *kind_of(defense::FindingKind kind) {
  switch (kind) {
    case defense::FindingKind::attack:
      return "attack";
    case defense::FindingKind::trend:
      return "trend";
    case defense::FindingKind::launch:
      return "launch";
  }
  return "finding";
}

std::string line_of(const defense::ItemFinding &finding) {
  std::string out =
      text("item %u: %s: %u accounts push it %s; %.0f raters, %.3g expected (chance %.1g)",
           finding.item, kind_of(finding.kind), finding.n_pushing, finding.down ? "down" : "up",
           finding.observed, finding.expected, finding.p_excess);
  if (finding.p_group < 1) {
    out += text("; suspicious or similar together (chance %.1g)", finding.p_group);
  }
  if (finding.p_unanimous < 1) {
    out += text("; so many at the extreme (chance %.1g)", finding.p_unanimous);
  }
  return out + text("; %u quarantined, %u deferred\n", finding.n_quarantined, finding.n_deferred);
}

const char *decision_of(ScreenDecision decision) {
  return decision == ScreenDecision::quarantine ? "quarantine"
         : decision == ScreenDecision::defer    ? "defer"
                                                : "accept";
}

std::string line_of(std::size_t account, const defense::AccountVerdict &verdict,
                    const std::vector<defense::ItemFinding> &findings) {
  std::string out = text("account %zu: %s, weight %.2f", account, decision_of(verdict.decision),
                         static_cast<double>(verdict.weight));
  for (std::size_t c = 0; c < defense::kChannels; ++c) {
    const auto p = static_cast<double>(verdict.p[c]);
    if (p > kWorthTelling) continue;
    out += text(": %s (chance %.1g)", defense::reason_text(1u << c), p);
  }
  if (verdict.finding >= 0 && static_cast<std::size_t>(verdict.finding) < findings.size()) {
    const auto &finding = findings[static_cast<std::size_t>(verdict.finding)];
    out += text(": in the group of item %u (probability %.2f)", finding.item,
                static_cast<double>(verdict.posterior));
  }
  return out + "\n";
}

}  // namespace

std::string evidence_text(const defense::ScreenReport &report) {
  std::string out;
  for (const defense::ItemFinding &finding : report.findings) out += line_of(finding);
  for (std::size_t u = 0; u < report.accounts.size(); ++u) {
    const defense::AccountVerdict &verdict = report.accounts[u];
    if (verdict.decision == ScreenDecision::accept && verdict.reasons == 0) continue;
    out += line_of(u, verdict, report.findings);
  }
  return out;
}

}  // namespace recveil::hooks
