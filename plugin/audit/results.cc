#include "audit/results.h"

#include <algorithm>
#include <cmath>

namespace recveil::audit {
namespace {

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

recveil_adversary adversary_of(const std::string &name) {
  if (name == "naive") return RECVEIL_ADVERSARY_NAIVE;
  if (name == "crowd") return RECVEIL_ADVERSARY_CROWD;
  return name == "sybil" ? RECVEIL_ADVERSARY_SYBIL : RECVEIL_ADVERSARY_ADAPTIVE;
}

recveil_audit_result result_of(const CellReport &cell, double margin, double seconds) {
  recveil_audit_result out =
      begin_result(RECVEIL_ATTACK_MEMBERSHIP, cell.cell.adversary, cell.judgement.verdict,
                   cell.controls, cell.cell.defense != "none", seconds);
  const AttackerSummary &worst = cell.attackers[cell.judgement.worst];
  const Estimate &auc = cell.judgement.auc;
  out.auc = auc.value;
  out.auc_lo = auc.lo;
  out.auc_hi = auc.hi;
  if (const AttackerSummary *blind = worst_blind(cell.attackers)) out.blind_auc = blind->auc.value;
  for (const TprEstimate &at : worst.tpr) {
    if (at.fpr != 0.01 || !at.enough) continue;
    out.tpr_01 = at.tpr.value;
    out.tpr_01_lo = at.tpr.lo;
    out.tpr_01_hi = at.tpr.hi;
  }
  out.limit = 0.5 + margin;
  if (cell.full.members.users > 0) out.ndcg10_members = cell.full.members.ndcg10;
  if (cell.full.non_members.users > 0) out.ndcg10_non_members = cell.full.non_members.ndcg10;
  return out;
}

}  // namespace

recveil_audit_result begin_result(recveil_attack attack, const std::string &adversary,
                                  Verdict verdict, const Controls &controls, bool defended,
                                  double seconds) {
  recveil_audit_result out = RECVEIL_AUDIT_RESULT_INIT;
  out.attack = attack;
  out.adversary = adversary_of(adversary);
  out.verdict = verdict_of(verdict);
  out.defended = defended ? 1 : 0;
  out.positive_control = controls.positive_passed ? 1 : 0;
  out.negative_control = controls.negative_passed ? 1 : 0;
  out.seconds = seconds;
  return out;
}

std::vector<recveil_audit_result> results(const Request &request, const MembershipReport &report) {
  std::vector<recveil_audit_result> out;
  for (const CellReport &cell : report.cells) {
    out.push_back(result_of(cell, request.margin, report.seconds));
    out.back().n_members = report.target_members * request.seeds;
    out.back().n_non_members = report.target_non_members * request.seeds;
  }
  return out;
}

recveil_audit_result result(const ListsReport &report) {
  recveil_audit_result out = result_of(report.cell, kListsMargin, report.seconds);
  out.defended = 1;
  const std::vector<std::uint8_t> &member = report.input.target.member;
  out.n_members =
      static_cast<std::uint64_t>(std::count(member.begin(), member.end(), std::uint8_t{1}));
  out.n_non_members = member.size() - out.n_members;
  return out;
}

}  // namespace recveil::audit
