#include "audit/attribute_evidence.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "core/error.h"

namespace recveil::audit {
namespace {

// By their numbers.
constexpr std::array<std::string_view, 7> kSources{
    "", "embedding", "list", "row+history", "list+history", "two_versions", "outside"};

recveil_verdict verdict_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::leak:
      return RECVEIL_VERDICT_LEAK;
    case Verdict::no_leak_found:
      return RECVEIL_VERDICT_NO_LEAK_FOUND;
    case Verdict::inconclusive:
      break;
  }
  return RECVEIL_VERDICT_INCONCLUSIVE;
}

bool same_attack(const LineKey &a, const LineKey &b) {
  return std::tie(a.attacker, a.protocol, a.source, a.attribute) ==
         std::tie(b.attacker, b.protocol, b.source, b.attribute);
}

recveil_attribute_score score_of(const AttributeLine &after, const AttributeLine &before) {
  recveil_attribute_score out{};
  out.attribute = static_cast<std::uint32_t>(after.attribute);
  out.source = static_cast<recveil_attack_source>(
      std::find(kSources.begin(), kSources.end(), after.source) - kSources.begin());
  out.protocol =
      after.protocol == "adaptive" ? RECVEIL_PROTOCOL_ADAPTIVE : RECVEIL_PROTOCOL_TRANSFER;
  after.attacker.copy(out.attacker, sizeof out.attacker - 1);
  out.auc = after.auc.value;
  out.auc_lo = after.auc.lo;
  out.auc_hi = after.auc.hi;
  out.before = before.auc.value;
  out.before_lo = before.auc.lo;
  out.before_hi = before.auc.hi;
  return out;
}

}  // namespace

void give_evidence(const HostAudit &audit, recveil_attribute_evidence &out) {
  const auto &before = audit.report.before.lines;
  out.verdict = verdict_of(audit.report.judgement.verdict);
  out.n_requesters = audit.requesters;
  out.n_scores = 0;
  for (const AttributeLine &line : audit.report.after.lines) {
    const auto raw = std::find_if(before.begin(), before.end(),
                                  [&](const auto &other) { return same_attack(line, other); });
    if (raw == before.end()) continue;  // an attack that the rows before could not be put to
    if (out.n_scores == out.capacity)
      throw Error(Status::internal, "more scores than there can be");
    out.scores[out.n_scores++] = score_of(line, *raw);
  }
}

}  // namespace recveil::audit
