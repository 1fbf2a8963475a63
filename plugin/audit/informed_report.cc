#include "audit/informed_report.h"

#include <utility>

#include "audit/informed.h"
#include "audit/request.h"
#include "defense/private/accountant.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPositiveControl = 0.9;

Json estimate_json(const Estimate &value) {
  return {{"value", value.value}, {"lo", value.lo}, {"hi", value.hi}};
}

Json pair_json(const InformedReport &report) {
  if (!report.pair) return nullptr;
  const PairDraws &pair = *report.pair;
  return {{"draws", pair.draws},
          {"shown", {{"members", pair.members_shown}, {"non_members", pair.others_shown}}},
          {"auc", estimate_json(numerics::auc(pair.member_scores, pair.other_scores))},
          {"ceiling", report.matrix_ceiling}};
}

Json baselines_json(const InformedReport &report) {
  Json out = Json::array();
  const auto or_null = [](const std::optional<double> &value) {
    return value ? Json(*value) : Json(nullptr);
  };
  for (const BaselineReport &of : report.baselines) {
    out.push_back({{"name", of.name},
                   {"epsilon_part", or_null(of.epsilon_part)},
                   {"epsilon_person", or_null(of.epsilon_person)},
                   {"auc", estimate_json(of.learned.auc)},
                   {"ndcg10",
                    {{"members", of.utility.members.ndcg10},
                     {"non_members", of.utility.non_members.ndcg10}}}});
  }
  return out;
}

}  // namespace

InformedReport summarize_informed(const std::vector<InformedResult> &splits, double epsilon,
                                  double margin) {
  InformedReport out;
  const InformedResult &first = splits.front();
  out.members = first.members;
  out.attacked = first.attacked;
  out.others = first.others;
  std::vector<SplitScores> tested, control, shrunk;
  const auto n = static_cast<double>(splits.size());
  for (const InformedResult &split : splits) {
    out.catalogue += static_cast<double>(split.catalogue) / n;
    out.items_shown += static_cast<double>(split.items_shown) / n;
    tested.push_back(split.best_test);
    control.push_back(split.no_noise);
    shrunk.push_back(split.ridge_alone);
    // Of as many people in each split.
    recommend::Utility in = split.utility_members, others = split.utility_others;
    for (auto [from, to] :
         {std::pair{&in, &out.utility.members}, std::pair{&others, &out.utility.non_members}}) {
      to->hr10 += from->hr10 / n;
      to->ndcg10 += from->ndcg10 / n;
      to->users += from->users;
    }
  }
  out.best_test = summarize_attacker(tested, margin);
  out.no_noise = summarize_attacker(control, margin);
  out.ridge_alone = summarize_attacker(shrunk, margin);
  out.control_passed = out.no_noise.auc.value >= kPositiveControl;
  const double mu = defense::mu_of(epsilon, kPrivateDelta);
  out.matrix_ceiling = defense::auc_ceiling(defense::split_budget(mu).gram);
  for (std::size_t b = 0; b < first.baselines.size(); ++b) {
    BaselineReport &to = out.baselines.emplace_back();
    to.name = first.baselines[b].name;
    to.epsilon_part = first.baselines[b].epsilon_part;
    to.epsilon_person = first.baselines[b].epsilon_person;
    std::vector<SplitScores> scores;
    for (const InformedResult &split : splits) {
      scores.push_back(split.baselines[b].learned);
      to.utility.members.ndcg10 += split.baselines[b].utility.members.ndcg10 / n;
      to.utility.non_members.ndcg10 += split.baselines[b].utility.non_members.ndcg10 / n;
    }
    to.learned = summarize_attacker(scores, margin);
  }
  out.pair = first.pair;
  return out;
}

Json informed_json(const InformedReport &report) {
  const auto both = [](double members, double non_members) {
    return Json{{"members", members}, {"non_members", non_members}};
  };
  const UtilityPair &utility = report.utility;
  return {{"members", report.members},
          {"attacked", report.attacked},
          {"others", report.others},
          {"catalogue", report.catalogue},
          {"best_test",
           {{"auc", estimate_json(report.best_test.auc)}, {"ceiling", report.matrix_ceiling}}},
          {"control", {{"auc", report.no_noise.auc.value}, {"passed", report.control_passed}}},
          {"ridge_alone_auc", report.ridge_alone.auc.value},
          {"pair", pair_json(report)},
          {"baselines", baselines_json(report)},
          {"utility",
           {{"hr10", both(utility.members.hr10, utility.non_members.hr10)},
            {"ndcg10", both(utility.members.ndcg10, utility.non_members.ndcg10)},
            {"items_shown", report.items_shown}}}};
}

}  // namespace recveil::audit
