#include "audit/inversion_report.h"

#include <algorithm>

#include "audit/inversion_exposure_report.h"
#include "audit/limits.h"
#include "audit/report.h"
#include "audit/results.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

Json share(std::size_t part, std::size_t of) {
  return of == 0 ? Json(nullptr) : estimate(numerics::clopper_pearson(part, of));
}

Json row_json(const InversionRequest &request, const InversionReport &report,
              const InversionRow &row, const InversionCount &count, const FakeRecipe *fakes) {
  const bool descent = fakes != nullptr && fakes->kind == FakeKind::descent;
  return {{"fakes", fakes != nullptr ? Json(fakes->name()) : Json(nullptr)},
          {"alpha", row.cell.alpha},
          {"mu", descent ? Json(fakes->mu) : Json(nullptr)},
          {"threshold", row.threshold},
          {"beta", descent ? Json(fakes->beta) : Json(nullptr)},
          {"screening", request.screening},
          {"hits", row.hits},
          {"flagged", row.flagged},
          {"with_item", row.with},
          {"precision", row.precision ? estimate(*row.precision) : Json(nullptr)},
          {"mean_precision", row.mean_precision ? Json(*row.mean_precision) : Json(nullptr)},
          {"recall", estimate(row.recall)},
          {"baseline_precision", report.baseline_precision},
          {"detection_rate", share(count.fakes_held_up, count.fakes)},
          {"people_held_up", share(count.people_held_up, count.screened)},
          {"people_quarantined", share(count.people_quarantined, count.screened)},
          {"drift_alarms", share(count.drift_alarms, count.publishes)},
          {"finding", verdict_name(row.finding)}};
}

std::string reason(const InversionReport &report) {
  if (!report.controls.negative_passed) {
    return "Without a fake, people with the item were told from the others: the decoys are not "
           "harmless, and nothing here can be put down to the fakes.";
  }
  if (report.verdict == Verdict::inconclusive) {
    return report.controls.positive_passed
               ? "Too few people were flagged, or too many, to tell; more seeds settle it."
               : "Undefended recommenders, which expose people on most data, did not on these: an "
                 "all-clear would mean nothing.";
  }
  return report.verdict == Verdict::leak
             ? "People with a sensitive item are told from the others by the decoys they are shown."
             : "No injection that was run exposes more people than the margin allows.";
}

}  // namespace

std::string to_json(const InversionRequest &request, const InversionReport &report) {
  Json rows = Json::array(), clean = Json::array();
  for (std::size_t r = 0; r < report.rows.size(); ++r) {
    const InversionRow &row = report.rows[r];
    rows.push_back(row_json(request, report, row, report.cells[r / request.n_decoys],
                            &request.fakes[row.cell.recipe]));
  }
  for (const InversionRow &row : report.clean_rows) {
    clean.push_back(row_json(request, report, row, report.clean, nullptr));
  }
  const auto control = [](double auc, bool passed) {
    return Json{{"auc", auc}, {"passed", passed}};
  };
  Json out = {
      {"schema", "recveil.audit/1"},
      {"audit", "inversion"},
      {"data", report.data},
      {"recommender", request.recommender},
      {"defense", request.defense},
      {"adversary", request.adversary},
      {"screening", request.screening},
      {"seeds", request.seeds},
      {"first_seed", request.first_seed},
      {"list_length", request.list_length},
      {"decoys", request.decoys},
      {"margin", request.margin},
      {"n",
       {{"users", report.users},
        {"items", report.items},
        {"interactions", report.interactions},
        {"sensitive_items", report.sensitive.size()},
        {"decoys", request.n_decoys},
        {"average_profile", report.average_size}}},
      {"verdict", verdict_name(report.verdict)},
      {"reasons", Json::array({reason(report)})},
      {"baseline_precision", report.baseline_precision},
      {"worst", rows[report.worst]},
      {"controls",
       {{"positive", control(report.controls.positive_auc, report.controls.positive_passed)},
        {"negative", control(report.controls.negative_auc, report.controls.negative_passed)}}},
      {"results", std::move(rows)},
      {"clean", std::move(clean)},
      {"exposure", exposure_json(request, report)},
      {"sensitive", report.sensitive}};
  out.update(limits("inversion", report.verdict));
  return with_costs(std::move(out), report.seconds).dump();
}

recveil_audit_result result(const InversionRequest &request, const InversionReport &report) {
  recveil_audit_result out =
      begin_result(RECVEIL_ATTACK_INVERSION, request.adversary, report.verdict, report.controls,
                   request.defense != "none" || request.screening != "none", report.seconds);
  const InversionRow &worst = report.rows[report.worst];
  out.n_members = report.clean.n_with();
  out.n_non_members = report.clean.n_without();
  if (worst.precision) out.precision = worst.precision->value;
  out.recall = worst.recall.value;
  return out;
}

}  // namespace recveil::audit
