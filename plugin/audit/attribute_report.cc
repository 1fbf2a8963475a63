#include "audit/attribute_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "audit/limits.h"
#include "audit/report.h"
#include "audit/results.h"

namespace recveil::audit {
namespace {

// What reports of the library's data and of a host's have in common.
struct Context {
  const std::vector<PeopleClasses> &attributes;
  const std::vector<ClassCounts> &counts;
  const std::vector<std::string> &absent;
  const Controls &controls;
  double margin;
};

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

// By length of the history: null where too few were attacked.
Json histories_json(const AttributeLine &line) {
  if (line.history_auc.empty()) return nullptr;
  Json out = Json::object();
  for (std::size_t h = 0; h < kHistoryLengths.size(); ++h) {
    out[kHistoryLengths[h]] = number(line.history_auc[h]);
  }
  return out;
}

// verdict: that the line counts towards.
Json line_json(const AttributeLine &line, Verdict verdict, const Context &context) {
  Verdict found = finding(verdict, line.auc, context.margin, false);
  if (found == Verdict::inconclusive && line.nothing_to_erase) found = Verdict::no_leak_found;
  Json classes = Json::array();
  for (const double auc : line.class_auc) classes.push_back(number(auc));
  return {{"attacker", line.attacker},
          {"protocol", line.protocol},
          {"source", line.source},
          {"attribute", context.attributes[line.attribute].name},
          {"finding", verdict_name(found)},
          {"auc", estimate(line.auc)},
          {"balanced_accuracy", estimate(line.balanced_accuracy)},
          {"nothing_to_erase", line.nothing_to_erase},
          {"standard_error", line.standard_error},
          {"split_auc", line.split_auc},
          {"class_auc", std::move(classes)},
          {"history_auc", histories_json(line)}};
}

// What the same attacker read before; null: it was not run.
Json auc_before(const StageReport &before, const LineKey &key) {
  const auto line =
      std::find_if(before.lines.begin(), before.lines.end(), [&](const AttributeLine &was) {
        return was.attacker == key.attacker && was.protocol == key.protocol &&
               was.source == key.source && was.attribute == key.attribute;
      });
  return line == before.lines.end() ? Json(nullptr) : Json(line->auc.value);
}

Json lines_json(const StageReport &stage, Verdict verdict, const Context &context) {
  Json out = Json::array();
  for (const AttributeLine &line : stage.lines) out.push_back(line_json(line, verdict, context));
  return out;
}

// Of all that attack rows, among people with such a history; null: too few, or nobody did.
Json worst_at(const StageReport &stage, std::size_t attribute, std::size_t length) {
  double out = 0.5;
  bool any = false;
  for (const AttributeLine &line : stage.lines) {
    if (line.source != "embedding" || line.attribute != attribute || line.history_auc.empty()) {
      continue;
    }
    const double auc = line.history_auc[length];
    if (!std::isfinite(auc)) continue;
    any = true;
    if (std::abs(auc - 0.5) > std::abs(out - 0.5)) out = auc;
  }
  return any ? Json(out) : Json(nullptr);
}

Json by_history(const AttributeReport &report, const Context &context, std::size_t attribute) {
  const PeopleClasses &people = context.attributes[attribute];
  if (people.history_of_row.empty()) return nullptr;
  std::array<std::size_t, kHistoryLengths.size()> n{};
  for (std::size_t i = 0; i < people.of_row.size(); ++i) {
    if (people.of_row[i] >= 0) ++n[people.history_of_row[i]];
  }
  Json out = Json::object();
  for (std::size_t h = 0; h < n.size(); ++h) {
    out[kHistoryLengths[h]] = {{"people", n[h]},
                               {"worst_auc_before", worst_at(report.before, attribute, h)},
                               {"worst_auc", worst_at(report.after, attribute, h)}};
  }
  return out;
}

Json attributes_json(const AttributeReport &report, const Context &context) {
  Json out = Json::array();
  for (std::size_t a = 0; a < context.attributes.size(); ++a) {
    const PeopleClasses &people = context.attributes[a];
    const ClassCounts &counts = context.counts[a];
    Json classes = Json::array();
    for (std::size_t k = 0; k < people.classes(); ++k) {
      classes.push_back({{"class", people.values[k]},
                         {"people", counts.people[k]},
                         {"certifiable", counts.certified && counts.certifiable[k] != 0}});
    }
    out.push_back({{"attribute", people.name},
                   {"certifiable", counts.certified},
                   {"majority", counts.majority},
                   {"balanced_accuracy_of_majority", 1.0 / static_cast<double>(people.classes())},
                   {"classes", std::move(classes)},
                   {"histories", by_history(report, context, a)}});
  }
  return out;
}

// The worst of the attackers who tell who asked, corrected for their number.
Json who_asked_json(const StageReport &stage) {
  if (stage.who_asked.empty()) return nullptr;
  const auto worst = std::max_element(
      stage.who_asked.begin(), stage.who_asked.end(), [](const auto &a, const auto &b) {
        return std::abs(a.auc.value - 0.5) < std::abs(b.auc.value - 0.5);
      });
  Json out = {{"attacker", worst->attacker}};
  out.update(estimate(worst->auc));
  Json all = Json::array();
  for (const AttributeLine &line : stage.who_asked) {
    all.push_back({{"attacker", line.attacker}, {"auc", estimate(line.auc)}});
  }
  out["attackers"] = std::move(all);
  return out;
}

Json judgement_json(const AttributeJudgement &judgement, const AttributeReport &report,
                    const Context &context) {
  const AttributeLine &worst = report.after.lines[judgement.worst];
  return {{"verdict", verdict_name(judgement.verdict)},
          {"worst_attacker", worst.attacker},
          {"worst_protocol", worst.protocol},
          {"worst_attribute", context.attributes[worst.attribute].name},
          {"auc", estimate(judgement.auc)},
          {"balanced_accuracy", estimate(worst.balanced_accuracy)},
          {"equivalence_p", judgement.equivalence_p},
          {"beyond", judgement.beyond.size()},
          {"open", judgement.open.size()}};
}

Json utility_json(const AttributeReport &report) {
  if (!report.utility) return nullptr;
  Json out = Json::object();
  for (std::size_t k = 0; k < kUtilities; ++k) {
    const UtilityChange &change = (*report.utility)[k];
    out[kUtilityNames[k]] = {
        {"before", change.before}, {"after", change.after}, {"change", estimate(change.change)}};
  }
  return out;
}

// From the verdict on. lists_covered: erased people's lists have decoys.
Json findings_json(const AttributeReport &report, const Context &context, bool lists_covered) {
  Json out = judgement_json(report.judgement, report, context);
  out.update(limits("attribute", report.judgement.verdict));
  out["lists"] = {{"covered", lists_covered}};
  if (report.lists) out["lists"].update(judgement_json(*report.lists, report, context));
  out["gains"] = Json::array();
  for (const AttributeGain &found : report.gains) {
    out["gains"].push_back({{"source", found.source},
                            {"attribute", context.attributes[found.after.attribute].name},
                            {"known", is_known_source(found.source)},
                            {"before", line_json(found.before, report.judgement.verdict, context)},
                            {"after", line_json(found.after, report.judgement.verdict, context)},
                            {"gain", estimate(found.gain)}});
  }
  const Controls &controls = context.controls;
  out["controls"] = {
      {"positive", {{"auc", controls.positive_auc}, {"passed", controls.positive_passed}}},
      {"negative", {{"auc", controls.negative_auc}, {"passed", controls.negative_passed}}}};
  out["attributes"] = attributes_json(report, context);
  out["attackers_absent"] = context.absent;
  out["attackers_before"] = lines_json(report.before, Verdict::leak, context);
  out["attackers"] = lines_json(report.after, report.judgement.verdict, context);
  for (std::size_t i = 0; i < report.after.lines.size(); ++i) {
    out["attackers"][i]["auc_before"] = auc_before(report.before, report.after.lines[i]);
  }
  out["who_asked"] = who_asked_json(report.after);
  out["utility"] = utility_json(report);
  return out;
}

Json cells_json(const EraseReport::Cells &cells, const AttributeAudit &audit) {
  Json tells = Json::array();
  for (std::size_t a = 0; a < audit.attributes.size(); ++a) {
    tells.push_back({{"attribute", audit.attributes[a].name},
                     {"auc_before", cells.auc_before[a]},
                     {"auc", cells.auc[a]}});
  }
  return {{"cells", cells.cells},
          {"people", cells.people},
          {"moved", cells.moved},
          {"in_a_cell", std::move(tells)}};
}

Json erasures_json(const AttributeReport &report, const AttributeAudit &audit) {
  Json out = Json::array();
  for (const EraseReport &split : report.erasures) {
    Json row = {{"seconds", split.fit_seconds}};
    if (split.steps > 0) {
      row["steps"] = split.steps;
      row["converged"] = split.converged;
      row["loss"] = number(split.final_loss);
    }
    if (split.edits) {
      row["added"] = split.edits->added;
      row["removed"] = split.edits->removed;
    }
    if (split.cells) row["cells"] = cells_json(*split.cells, audit);
    out.push_back(std::move(row));
  }
  return out;
}

Json report_json(const AttributeRequest &request, const AttributeAudit &audit,
                 const AttributeReport &report) {
  Json out = {{"schema", "recveil.audit/1"},
              {"audit", "attribute"},
              {"data", audit.data},
              {"recommender", request.recommender},
              {"defense", report.defense},
              {"adversary", request.adversary},
              {"seeds", request.seeds},
              {"first_seed", request.first_seed},
              {"share", request.share},
              {"dimension", request.dimension},
              {"list_length", request.list_length},
              {"decoys", request.decoys},
              {"margin", request.margin},
              {"n",
               {{"users", audit.users},
                {"items", audit.items},
                {"interactions", audit.interactions},
                {"requesters", audit.requesters},
                {"splits", request.seeds}}}};
  if (!report.failure.empty()) {
    out["failure"] = report.failure;
    return out;
  }
  const Context context{audit.attributes, audit.counts, audit.absent, audit.controls,
                        request.margin};
  out.update(findings_json(report, context, request.decoys && report.defense != "none"));
  out["erasures"] = erasures_json(report, audit);
  return with_costs(std::move(out), audit.seconds);
}

recveil_audit_result result_of(const AttributeReport &report, const Context &context, bool defended,
                               const std::string &adversary, double seconds) {
  recveil_audit_result out =
      begin_result(RECVEIL_ATTACK_ATTRIBUTE, adversary, report.judgement.verdict, context.controls,
                   defended, seconds);
  const AttributeLine &worst = report.after.lines[report.judgement.worst];
  const std::vector<std::size_t> &people = context.counts[worst.attribute].people;
  // Those whose class was guessed at, and those they were told from: the largest class and the
  // rest.
  std::size_t known = 0, most = 0;
  for (const std::size_t n : people) {
    known += n;
    most = std::max(most, n);
  }
  out.n_members = known - most;
  out.n_non_members = most;
  out.auc = report.judgement.auc.value;
  out.auc_lo = report.judgement.auc.lo;
  out.auc_hi = report.judgement.auc.hi;
  out.limit = 0.5 + context.margin;
  out.balanced_accuracy = worst.balanced_accuracy.value;
  if (report.utility) out.ndcg10_members = (*report.utility)[1].after;
  return out;
}

}  // namespace

std::string to_json(const AttributeRequest &request, const AttributeAudit &audit) {
  if (!request.compared) return report_json(request, audit, audit.reports.front()).dump();
  Json audits = Json::array();
  for (const AttributeReport &report : audit.reports) {
    audits.push_back(report_json(request, audit, report));
  }
  return several("grid", audit.data, std::move(audits), audit.seconds);
}

std::string to_json(const HostAudit &audit) {
  const HostInput &in = audit.input;
  const bool erased = in.evidence.rows.size() > 1;
  Json out = {{"schema", "recveil.audit/1"},
              {"audit", "attribute"},
              {"data", "embeddings"},
              {"recommender", "host"},
              {"defense", erased ? "host" : "none"},
              {"adversary", "adaptive"},
              {"seeds", in.seeds},
              {"first_seed", in.first_seed},
              {"share", static_cast<double>(audit.requesters) /
                            static_cast<double>(in.evidence.requesters.size())},
              {"dimension", in.evidence.rows.front().cols},
              {"margin", in.margin},
              {"n",
               {{"users", in.evidence.requesters.size()},
                {"items", in.evidence.lists.empty() ? 0 : in.evidence.lists.front().n_items},
                {"interactions", 0},
                {"requesters", audit.requesters},
                {"splits", in.seeds}}}};
  const Context context{in.attributes, audit.counts, audit.absent, audit.controls, in.margin};
  out.update(findings_json(audit.report, context, in.evidence.lists.size() > 1));
  return with_costs(std::move(out), audit.seconds).dump();
}

std::vector<recveil_audit_result> results(const AttributeRequest &request,
                                          const AttributeAudit &audit) {
  const Context context{audit.attributes, audit.counts, audit.absent, audit.controls,
                        request.margin};
  std::vector<recveil_audit_result> out;
  for (const AttributeReport &report : audit.reports) {
    if (!report.failure.empty()) continue;
    out.push_back(
        result_of(report, context, report.defense != "none", request.adversary, audit.seconds));
  }
  return out;
}

std::vector<recveil_audit_result> results(const HostAudit &audit) {
  const HostInput &in = audit.input;
  const Context context{in.attributes, audit.counts, audit.absent, audit.controls, in.margin};
  return {result_of(audit.report, context, in.evidence.rows.size() > 1, "adaptive", audit.seconds)};
}

}  // namespace recveil::audit
