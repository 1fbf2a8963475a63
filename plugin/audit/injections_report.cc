#include "audit/injections.h"
#include "audit/limits.h"
#include "audit/lists_verdict.h"
#include "audit/report.h"
#include "audit/results.h"

namespace recveil::audit {
namespace {

Json row_json(const InversionRow &row, const InversionRow &before) {
  return {{"threshold", row.threshold},
          {"hits", row.hits},
          {"flagged", row.flagged},
          {"with_item", row.with},
          {"precision", row.precision ? estimate(*row.precision) : Json(nullptr)},
          {"recall", estimate(row.recall)},
          {"hits_before", before.hits},
          {"flagged_before", before.flagged},
          {"finding", verdict_name(row.finding)}};
}

std::vector<std::string> reasons(const InjectionsReport &report) {
  std::vector<std::string> out = voiding(report.checks);
  if (!report.controls.negative_passed) {
    out.emplace_back(
        "Before the injection people with the item were told from the others already: the decoys "
        "are not harmless, and nothing here can be put down to the fakes.");
  }
  if (!report.controls.positive_passed) {
    out.emplace_back(
        "A leak that was planted into these lists is not read: too few people have the item, or "
        "too many.");
  }
  if (!out.empty()) return out;
  switch (report.verdict) {
    case Verdict::leak:
      return {
          "People with the sensitive item are told from the others by the decoys they are "
          "shown."};
    case Verdict::no_leak_found:
      return {"The injections expose no more people than the margin allows."};
    default:
      return {"Too few people were flagged, or too many, to tell; more injections settle it."};
  }
}

}  // namespace

std::string to_json(const InjectionsReport &report) {
  Json rows = Json::array(), warnings = Json::array();
  for (std::size_t r = 0; r < report.rows.size(); ++r) {
    rows.push_back(row_json(report.rows[r], report.before_rows[r]));
  }
  for (const Check &check : report.checks) {
    if (!check.warning.empty()) warnings.push_back(check.warning);
  }
  const auto control = [](double auc, bool passed) {
    return Json{{"auc", auc}, {"passed", passed}};
  };
  Json out = {
      {"schema", "recveil.audit/1"},
      {"audit", "injections"},
      {"data", "host"},
      {"recommender", "host"},
      {"defense", "host"},
      {"adversary", "naive"},
      {"margin", report.margin},
      {"n",
       {{"users", report.users},
        {"injections", report.injections},
        {"with_item", report.holders},
        {"decoys", report.decoys}}},
      {"verdict", verdict_name(report.verdict)},
      {"reasons", reasons(report)},
      {"warnings", std::move(warnings)},
      {"checks", checks_json(report.checks)},
      {"baseline_precision", report.baseline_precision},
      {"worst", rows[report.worst]},
      {"controls",
       {{"positive", control(report.controls.positive_auc, report.controls.positive_passed)},
        {"negative", control(report.controls.negative_auc, report.controls.negative_passed)}}},
      {"results", std::move(rows)}};
  out.update(limits("injections", report.verdict));
  return with_costs(std::move(out), report.seconds).dump();
}

recveil_audit_result result(const InjectionsReport &report) {
  recveil_audit_result out = begin_result(RECVEIL_ATTACK_INVERSION, "naive", report.verdict,
                                          report.controls, true, report.seconds);
  const InversionRow &worst = report.rows[report.worst];
  out.n_members = report.holders;
  out.n_non_members = report.users - report.holders;
  if (worst.precision) out.precision = worst.precision->value;
  out.recall = worst.recall.value;
  return out;
}

}  // namespace recveil::audit
