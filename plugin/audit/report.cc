#include "audit/report.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "audit/crowd.h"
#include "audit/informed_report.h"
#include "audit/limits.h"
#include "audit/trainer.h"
#include "defense/private/accountant.h"

namespace recveil::audit {

Json estimate(const Estimate &value) {
  return {{"value", value.value}, {"lo", value.lo}, {"hi", value.hi}};
}

Json with_costs(Json out, double seconds) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  out["seconds"] = seconds;
  out["peak_rss_bytes"] = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return out;
}

std::string several(const std::string &kind, const std::string &data, Json audits, double seconds) {
  return with_costs(
             {{"schema", "recveil." + kind + "/1"}, {"data", data}, {"audits", std::move(audits)}},
             seconds)
      .dump();
}

namespace {

Json pair(double members, double non_members) {
  return {{"members", members}, {"non_members", non_members}};
}

Json tpr_list(const AttackerSummary &attacker) {
  Json out = Json::array();
  for (const TprEstimate &at : attacker.tpr) {
    Json row = {{"fpr", at.fpr}};
    row.update(estimate(at.tpr));
    row["status"] = at.enough ? "ok" : "too_few_non_members";
    out.push_back(std::move(row));
  }
  return out;
}

// Nanoseconds at a quantile; null where nothing was served on that path.
Json quantile(std::vector<std::uint32_t> values, double q) {
  if (values.empty()) return nullptr;
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

Json slate_times(const std::vector<std::uint32_t> &ns) {
  return {{"slates", ns.size()}, {"p50", quantile(ns, 0.5)}, {"p99", quantile(ns, 0.99)}};
}

Json utility_json(const CellReport &cell) {
  return {{"hr10", pair(cell.full.members.hr10, cell.full.non_members.hr10)},
          {"ndcg10", pair(cell.full.members.ndcg10, cell.full.non_members.ndcg10)},
          {"hr10_99", pair(cell.sampled_99.members.hr10, cell.sampled_99.non_members.hr10)},
          {"ndcg10_99", pair(cell.sampled_99.members.ndcg10, cell.sampled_99.non_members.ndcg10)}};
}

Json equal_activity(const CellReport &cell) {
  if (!cell.at_equal_activity) return nullptr;
  return {{"verdict", verdict_name(cell.at_equal_activity->verdict)},
          {"worst_attacker", cell.attackers[cell.at_equal_activity->worst].name},
          {"auc", estimate(cell.at_equal_activity->auc)},
          {"activity_auc", estimate(cell.attackers.front().activity_auc)}};
}

// Every rate of members that was surely found, corrected for all attackers and rates, with the rate
// of others that it was found at: at least 20 people over the threshold make it, so that it is
// surely below twice what it says.
template <class Take>
void each_sure_rate(const CellReport &cell, Take take) {
  std::size_t tests = 0;
  for (const AttackerSummary &attacker : cell.attackers) tests += attacker.tpr.size();
  for (const AttackerSummary &attacker : cell.attackers) {
    for (const TprEstimate &at : attacker.tpr) {
      if (!at.enough || at.hits == 0 || at.members == 0) continue;
      const double alpha = 0.05 / static_cast<double>(tests);
      take(numerics::clopper_pearson(at.hits, at.members, alpha).lo, 2 * at.fpr);
    }
  }
}

// The AUC that the worst attacker surely reached, as one above .5.
double sure_auc(const CellReport &cell) {
  return std::max(cell.judgement.auc.lo, 1 - cell.judgement.auc.hi);
}

// No Gaussian noise of a smaller mu could have let the attackers get so far: its AUC is at most
// Phi(mu / sqrt 2), and a TPR at most Phi(Phi^-1(FPR) + mu).
double mu_lower_bound(const CellReport &cell) {
  double out = std::max(0.0, std::numbers::sqrt2 * defense::normal_quantile(sure_auc(cell)));
  each_sure_rate(cell, [&out](double tpr, double fpr) {
    if (tpr > 0 && fpr < 1) {
      out = std::max(out, defense::normal_quantile(tpr) - defense::normal_quantile(fpr));
    }
  });
  return out;
}

}  // namespace

Json attacker_json(const AttackerSummary &attacker, Verdict verdict, double margin) {
  const bool stands_out =
      std::any_of(attacker.tpr.begin(), attacker.tpr.end(),
                  [](const TprEstimate &at) { return at.enough && at.tpr.lo > 2 * at.fpr; });
  return {{"attacker", attacker.name},
          {"blind", attacker.blind},
          {"finding", verdict_name(finding(verdict, attacker.auc, margin, stands_out))},
          {"auc", estimate(attacker.auc)},
          {"balanced_accuracy", estimate(attacker.balanced_accuracy)},
          {"tpr", tpr_list(attacker)},
          {"roc", attacker.roc},
          {"stratified_auc",
           attacker.stratified.split.empty() ? Json(nullptr) : estimate(attacker.stratified)},
          {"split_auc", attacker.auc.split},
          {"split_balanced_accuracy", attacker.split_balanced_accuracy}};
}

// An (epsilon, delta) mechanism has an AUC of at most e^epsilon / (1 + e^epsilon) + delta, and a
// TPR of at most e^epsilon FPR + delta.
double epsilon_lower_bound(const CellReport &cell) {
  const double surely = sure_auc(cell) - kPrivateDelta;
  double out = surely > 0.5 ? std::log(surely / (1 - surely)) : 0;
  each_sure_rate(cell, [&out](double tpr, double fpr) {
    if (tpr > kPrivateDelta) out = std::max(out, std::log((tpr - kPrivateDelta) / fpr));
  });
  return out;
}

Json checks_json(const std::vector<Check> &checks) {
  Json out = Json::array();
  for (const Check &check : checks) {
    out.push_back({{"check", check.name},
                   {"warned", !check.warning.empty()},
                   {"voids_verdict", check.voids},
                   {"people", check.people},
                   {"text", check.warning}});
  }
  return out;
}

Json findings(const CellReport &cell, double margin) {
  const AttackerSummary &worst = cell.attackers[cell.judgement.worst];
  const AttackerSummary *blind = worst_blind(cell.attackers);
  Json attackers = Json::array();
  for (const AttackerSummary &attacker : cell.attackers) {
    attackers.push_back(attacker_json(attacker, cell.judgement.verdict, margin));
  }
  return {{"verdict", verdict_name(cell.judgement.verdict)},
          {"reasons", cell.reasons},
          {"more_users_needed", cell.more_users ? Json(*cell.more_users) : Json(nullptr)},
          {"more_seeds_needed", cell.more_seeds ? Json(*cell.more_seeds) : Json(nullptr)},
          {"worst_attacker", worst.name},
          {"auc", estimate(cell.judgement.auc)},
          {"auc_upper_bound", cell.judgement.upper_bound},
          {"epsilon_lower_bound", epsilon_lower_bound(cell)},
          {"blind_auc", blind != nullptr ? estimate(blind->auc) : Json(nullptr)},
          {"at_equal_activity", equal_activity(cell)},
          {"balanced_accuracy", estimate(worst.balanced_accuracy)},
          {"tpr", tpr_list(worst)},
          {"attackers", std::move(attackers)},
          {"controls",
           {{"positive",
             {{"auc", cell.controls.positive_auc}, {"passed", cell.controls.positive_passed}}},
            {"negative",
             {{"auc", cell.controls.negative_auc}, {"passed", cell.controls.negative_passed}}}}}};
}

namespace {

Json canaries_json(const CanaryCounts &counts) {
  const auto of = [](const Shown &shown) {
    return Json{{"members", shown.members}, {"non_members", shown.non_members}};
  };
  return {{"n", counts.n},
          {"own_slate", of(counts.own_slate)},
          {"any_fold", of(counts.any_fold)},
          {"any_fold_alone", of(counts.any_fold_alone)}};
}

// What a crowd sees besides its attackers' scores.
Json crowd_json(const CellReport &cell) {
  const auto prefix = [](const std::string &name) { return name.substr(0, name.find('_')); };
  const auto lists = [](const std::string &name) {
    return std::stoul(name.substr(name.find('_') + 1));
  };
  Json attacks = Json::array(), changes = Json::array(), needed = Json::object();
  for (const char *key : {"auc_75", "auc_90"}) needed[key] = nullptr;
  for (const AttackerSummary &attacker : cell.attackers) {
    if (prefix(attacker.name) != "crowd") continue;
    attacks.push_back({{"lists", lists(attacker.name)}, {"auc", estimate(attacker.auc)}});
    for (const auto &[key, at] : {std::pair{"auc_75", 0.75}, {"auc_90", 0.9}}) {
      if (needed[key].is_null() && attacker.auc.value >= at) needed[key] = lists(attacker.name);
    }
  }
  for (const AttackerSummary &change : cell.crowd) {
    if (prefix(change.name) == "crowd") continue;
    changes.push_back({{"change", prefix(change.name)},
                       {"lists", lists(change.name)},
                       {"auc", estimate(change.auc)}});
  }
  return {{"shadows", kCrowdShadows},
          {"members", attacks},
          {"changes", changes},
          {"lists_needed", needed},
          {"control", estimate(cell.crowd.front().auc)}};
}

Json strata_json(const CellReport &cell) {
  Json out = Json::array();
  for (const Stratum &stratum : cell.strata) {
    const bool judged = stratum.judgement.has_value();
    out.push_back(
        {{"least", stratum.least},
         {"most", stratum.most > 0 ? Json(stratum.most) : Json(nullptr)},
         {"members", stratum.members},
         {"non_members", stratum.non_members},
         {"verdict", judged ? Json(verdict_name(stratum.judgement->verdict)) : Json(nullptr)},
         {"worst_attacker",
          judged ? Json(stratum.attackers[stratum.judgement->worst].name) : Json(nullptr)},
         {"auc", judged ? estimate(stratum.judgement->auc) : Json(nullptr)}});
  }
  return out;
}

Json floor_json(const CellReport &cell) {
  Json out = {{"chosen_by", cell.floor ? "data" : "request"},
              {"removes",
               {{"items", cell.floor_cost.items},
                {"interactions", cell.floor_cost.interactions},
                {"next_items", cell.floor_cost.next_items}}}};
  if (cell.floor) {
    out["keeps"] = kFloorKeeps;
    out["ndcg10"] = cell.floor->ndcg10;
  }
  return out;
}

// What no attacker can pass, of one person, over the noise; and the least mu, and epsilon at that
// delta, with which Gaussian noise would have let the attackers get so far.
Json ceiling_json(const CellReport &cell) {
  const double epsilon = cell.cell.epsilon, mu = defense::mu_of(epsilon, kPrivateDelta);
  const double least = mu_lower_bound(cell);
  return {{"mu", mu},
          {"epsilon", epsilon},
          {"delta", kPrivateDelta},
          {"auc", defense::auc_ceiling(mu)},
          {"tpr_01", defense::tpr_ceiling(mu, 0.01)},
          {"mu_lower_bound", least},
          {"epsilon_lower_bound", least > 0 ? defense::epsilon_of(least, kPrivateDelta) : 0}};
}

Json cell_json(const Request &request, const MembershipReport &report, const CellReport &cell) {
  Json out = {
      {"schema", "recveil.audit/1"},
      {"audit", "membership"},
      {"data", report.data},
      {"recommender", request.recommender},
      {"defense", cell.cell.defense},
      {"adversary", cell.cell.adversary},
      {"seeds", request.seeds},
      {"first_seed", request.first_seed},
      {"list_length", request.list_length},
      {"ratio", cell.cell.ratio},
      {"folds", cell.cell.folds},
      {"support_floor", cell.cell.support_floor},
      {"epsilon", cell.cell.epsilon},
      {"member_share", request.member_share},
      {"history_cap", request.history_cap},
      {"neighbours", request.neighbours},
      {"people", request.people},
      {"trained_on", request.trained_on},
      {"training_units", training_units(request.recommender, cell.cell)},
      {"shadows", request.shadows},
      {"margin", request.margin},
      {"activity", request.activity},
      {"freshness", request.freshness},
      {"knowledge", request.knowledge},
      {"later_items", request.later_items},
      {"n",
       {{"users", report.users},
        {"left_out", report.left_out},
        {"trained", report.trained},
        {"items", report.items},
        {"interactions", report.interactions},
        {"splits", request.seeds},
        {"target_members", report.target_members},
        {"target_non_members", report.target_non_members},
        {"shadow_members", report.target_members},
        {"shadow_non_members", report.target_non_members}}},
  };
  out.update(findings(cell, request.margin));
  out.update(limits("membership", cell.judgement.verdict, cell.cell.adversary));
  out["by_activity"] = strata_json(cell);
  if (cell.cell.defense == "cross_fit") out["floor"] = floor_json(cell);
  if (cell.cell.defense == "private") out["ceiling"] = ceiling_json(cell);
  if (cell.informed) out["informed"] = informed_json(*cell.informed);
  if (!cell.crowd.empty()) out["crowd"] = crowd_json(cell);
  if (cell.canaries) out["canaries"] = canaries_json(*cell.canaries);
  out["utility"] = utility_json(cell);
  out["items_shown"] = cell.items_shown;
  out["slate_ns"] = {{"host", slate_times(cell.host_ns)}, {"pool", slate_times(cell.pool_ns)}};
  return with_costs(std::move(out), report.seconds);
}

}  // namespace

std::string to_json(const Request &request, const MembershipReport &report) {
  if (request.audit == "membership") return cell_json(request, report, report.cells.front()).dump();
  Json audits = Json::array();
  for (const CellReport &cell : report.cells) audits.push_back(cell_json(request, report, cell));
  return several(request.audit, report.data, std::move(audits), report.seconds);
}

}  // namespace recveil::audit
