#include "audit/screening_report.h"

#include <algorithm>
#include <utility>

#include "audit/limits.h"
#include "audit/report.h"
#include "audit/results.h"

namespace recveil::audit {
namespace {

double share(std::size_t part, std::size_t of) {
  return of == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(of);
}

// What all rows about fakes among genuine accounts have.
Json accounts_json(const CampaignOutcome &sum) {
  const std::size_t quarantined = sum.fakes_quarantined + sum.genuine_quarantined;
  const std::size_t in_campaign = sum.fakes_in_campaign + sum.genuine_in_campaign;
  return {{"fakes", sum.fakes},
          {"detection_rate", share(sum.fakes_quarantined, sum.fakes)},
          {"precision", share(sum.fakes_quarantined, quarantined)},
          {"f1", share(2 * sum.fakes_quarantined, quarantined + sum.fakes)},
          {"group_precision", share(sum.fakes_in_campaign, in_campaign)},
          {"group_recall", share(sum.fakes_in_campaign, sum.fakes)},
          {"group_f1", share(2 * sum.fakes_in_campaign, in_campaign + sum.fakes)},
          {"deferred_rate", share(sum.fakes_deferred, sum.fakes)},
          {"attacked_batch_fpr", share(sum.genuine_quarantined, sum.genuine)},
          {"attacked_batch_deferred", share(sum.genuine_deferred, sum.genuine)}};
}

Json attack_rows(const ScreeningRequest &request, const ScreeningReport &report) {
  Json out = Json::array();
  for (std::size_t c = 0; c < report.cells.size(); ++c) {
    const ScreeningCell &cell = report.cells[c];
    const std::size_t place[] = {c};
    const CampaignCount count = count_campaigns(report.splits, place);
    Json row = {{"attack", request.attacks[cell.attack].name},
                {"profile_size", count.sum.profile_size / count.campaigns},
                {"size", cell.size.name()},
                {"target", cell.target.name},
                {"injection_rate", request.injection_rate},
                {"claimed", cell.claimed},
                {"campaigns", count.campaigns},
                {"campaigns_caught", count.caught}};
    row.update(accounts_json(count.sum));
    out.push_back(std::move(row));
  }
  return out;
}

Json pooled_rows(const ScreeningReport &report, double margin) {
  Json out = Json::array();
  for (const PooledAttack &attack : report.attacks) {
    const CampaignCount &count = attack.count;
    const Finding found = judge_caught(count.caught_share(report.judgement.alpha), margin);
    Json row = {
        {"attack", attack.attack},          {"targets", attack.spread ? "spread" : "shared"},
        {"claimed", attack.claimed},        {"campaigns", count.campaigns},
        {"campaigns_caught", count.caught}, {"caught", estimate(count.caught_share(0.05))},
        {"finding", finding_name(found)}};
    row.update(accounts_json(count.sum));
    out.push_back(std::move(row));
  }
  return out;
}

Json tally_json(const PeopleTally &tally) {
  return {{"repeats", tally.repeats()},
          {"batches", tally.batches()},
          {"screened", tally.screened()},
          {"people", tally.people()},
          {"quarantined", tally.quarantined()},
          {"deferred", tally.deferred()},
          {"fpr", estimate(tally.quarantine_rate())},
          {"deferred_rate", estimate(tally.defer_rate())}};
}

Json clean_rows(const ScreeningReport &report) {
  Json out = Json::array();
  for (const CleanSummary &clean : report.clean) {
    Json row = {{"order", clean.order}, {"batch", clean.batch}};
    row.update(tally_json(clean.tally));
    out.push_back(std::move(row));
  }
  return out;
}

Json people_rows(const ScreeningReport &report) {
  Json out = Json::array();
  for (const PeopleGroup &one : report.people) {
    Json row = {{"by", one.by}, {"group", one.group}};
    row.update(tally_json(one.tally));
    out.push_back(std::move(row));
  }
  return out;
}

Json rate_or_null(const PeopleTally &tally) {
  return tally.screened() > 0 ? estimate(tally.quarantine_rate()) : Json(nullptr);
}

// Who is in a scene (screening_scenes.h, screening_people.h), for those who read its row alone.
constexpr std::pair<const char *, const char *> kWhat[] = {
    {"flash_crowd", "a crowd of people on one new item"},
    {"flash_crowd_in_batch", "such a crowd among everybody else"},
    {"trend_at_maximum", "people who all give a new item the highest rating"},
    {"yearly_rush", "new and returning people who all want the season's items"},
    {"compromised_known", "accounts of the window that were taken over and push one item"},
    {"compromised_new", "new people's accounts that were taken over and push one item"},
    {"compromised_changed",
     "accounts of the window that were taken over and used as fakes; each pushes one of five "
     "items"},
    {"drip_3", "a campaign that comes over 3 batches"},
    {"drip_3_no_carry", "the same without what the batches before left"},
    {"drip_10", "a campaign that comes over 10 batches"},
    {"drip_10_no_carry", "the same without what the batches before left"},
    {"drip_30", "a campaign that comes over 30 batches"},
    {"drip_30_no_carry", "the same without what the batches before left"},
    {"window_other_campaign", "a campaign, with another one in the window"},
    {"window_same_campaign", "a campaign, with part of it in the window"},
    {"returning_one_event", "people who come back with one interaction more"},
    {"returning_tenth", "people who come back with a tenth more"},
    {"new_after_returning", "new people after those who came back"},
    {"shared_history", "second accounts of people who share a history"},
    {"returning_update", "people of a window that keeps a half of its accounts, who come back"},
    {"returning_not_told", "the same, where the host does not say that they are known"}};

std::string what_of(const std::string &scene) {
  for (const auto &[name, what] : kWhat) {
    if (scene == name) return what;
  }
  return scene;
}

Json scene_rows(const ScreeningReport &report) {
  Json out = Json::array();
  for (const SceneSummary &scene : report.scenes) {
    const bool about_people = scene.people.screened() > 0;
    Json row = {
        {"scene", scene.scene},
        {"what", what_of(scene.scene)},
        {"runs", scene.runs},
        {"accounts", scene.sum.fakes},
        {"quarantined_rate",
         estimate(about_people
                      ? scene.people.quarantine_rate()
                      : numerics::clopper_pearson(scene.sum.fakes_quarantined, scene.sum.fakes))},
        {"deferred_rate", share(scene.sum.fakes_deferred, scene.sum.fakes)},
        {"others_quarantined_rate", share(scene.sum.genuine_quarantined, scene.sum.genuine)}};
    row["campaigns_caught"] = about_people ? Json(nullptr) : Json(scene.caught);
    out.push_back(std::move(row));
  }
  return out;
}

Json marked_json(const ScreeningReport &report) {
  if (report.labelled.empty()) return nullptr;
  CampaignOutcome sum;
  std::vector<double> aucs;
  for (const LabelledOutcome &split : report.labelled) {
    sum += split.outcome;
    aucs.push_back(split.auc);
  }
  const double mean = numerics::split_mean(aucs).value;
  Json out = {{"runs", report.labelled.size()}, {"auc", mean}};
  out.update(accounts_json(sum));
  return out;
}

Json shown_json(const ImpactOutcome &impact, double TargetsShown::*what) {
  return {{"clean", impact.clean.*what},
          {"poisoned", impact.poisoned.*what},
          {"screened", impact.screened.*what},
          {"weighted", impact.weighted ? Json((*impact.weighted).*what) : Json(nullptr)}};
}

// The mean over the splits that have one.
TargetsShown mean_of(std::span<const TargetsShown> splits) {
  TargetsShown out;
  for (const TargetsShown &one : splits) {
    for (auto what : {&TargetsShown::top10, &TargetsShown::top100, &TargetsShown::ndcg10}) {
      out.*what += one.*what / static_cast<double>(splits.size());
    }
  }
  return out;
}

// Of one attack: the mean over the splits that have it.
Json impact_row(std::span<const ImpactOutcome> splits) {
  std::vector<TargetsShown> clean, poisoned, screened, weighted;
  ImpactOutcome mean{splits.front().attack, 0, {}, {}, {}, {}};
  for (const ImpactOutcome &one : splits) {
    mean.profile_size += one.profile_size;
    clean.push_back(one.clean);
    poisoned.push_back(one.poisoned);
    screened.push_back(one.screened);
    if (one.weighted) weighted.push_back(*one.weighted);
  }
  mean.clean = mean_of(clean);
  mean.poisoned = mean_of(poisoned);
  mean.screened = mean_of(screened);
  if (!weighted.empty()) mean.weighted = mean_of(weighted);
  return {{"attack", mean.attack},
          {"profile_size", mean.profile_size / splits.size()},
          {"splits", splits.size()},
          {"shown10", shown_json(mean, &TargetsShown::top10)},
          {"shown100", shown_json(mean, &TargetsShown::top100)},
          {"ndcg10", shown_json(mean, &TargetsShown::ndcg10)}};
}

Json impact_rows(const ScreeningReport &report) {
  std::vector<std::vector<ImpactOutcome>> by_attack;
  for (const SplitOutcome &split : report.splits) {
    by_attack.resize(std::max(by_attack.size(), split.impact.size()));
    for (std::size_t i = 0; i < split.impact.size(); ++i) by_attack[i].push_back(split.impact[i]);
  }
  Json out = Json::array();
  for (const std::vector<ImpactOutcome> &attack : by_attack) out.push_back(impact_row(attack));
  return out;
}

Json controls_json(const Controls &controls) {
  return {{"positive", {{"auc", controls.positive_auc}, {"passed", controls.positive_passed}}},
          {"negative", {{"auc", controls.negative_auc}, {"passed", controls.negative_passed}}}};
}

Json sizes_json(const ScreeningReport &report) {
  const SplitOutcome &first = report.splits.front();
  std::size_t batches = 0;
  for (const CleanSummary &clean : report.clean) batches += clean.tally.batches();
  return {{"users", report.users},
          {"items", report.items},
          {"interactions", report.interactions},
          {"splits", report.splits.size()},
          {"window", first.window},
          {"batch", first.batch},
          {"average_profile", first.average_size},
          {"campaigns", report.cells.size() * report.splits.size()},
          {"clean_batches", batches},
          {"marked_fakes", report.marked_fakes}};
}

}  // namespace

std::string to_json(const ScreeningRequest &request, const ScreeningReport &report) {
  const ScreeningJudgement &judgement = report.judgement;
  Json out = {{"schema", "recveil.audit/1"},
              {"audit", "screening"},
              {"data", report.data},
              {"recommender", request.recommender},
              {"defense", request.defense},
              {"adversary", request.adversary},
              {"seeds", request.seeds},
              {"first_seed", request.first_seed},
              {"injection_rate", request.injection_rate},
              {"margin", request.margin},
              {"n", sizes_json(report)},
              {"verdict", verdict_name(judgement.verdict)},
              {"failed", judgement.failed},
              {"unsettled", judgement.open},
              {"worst_attack", report.attacks[judgement.worst].attack},
              {"controls", controls_json(report.controls)},
              {"attacks", attack_rows(request, report)},
              {"by_attack", pooled_rows(report, request.margin)},
              {"clean_fpr",
               {{"random", rate_or_null(report.random)},
                {"chronological", rate_or_null(report.chronological)}}},
              {"clean", clean_rows(report)},
              {"people", people_rows(report)},
              {"scenes", scene_rows(report)},
              {"marked", marked_json(report)},
              {"impact", impact_rows(report)}};
  out.update(limits("screening", judgement.verdict));
  return with_costs(std::move(out), report.seconds).dump();
}

recveil_audit_result result(const ScreeningRequest &request, const ScreeningReport &report) {
  recveil_audit_result out =
      begin_result(RECVEIL_ATTACK_SCREENING, request.adversary, report.judgement.verdict,
                   report.controls, request.defense != "none", report.seconds);
  CampaignOutcome sum;
  for (const PooledAttack &attack : report.attacks) {
    if (attack.claimed) sum += attack.count.sum;
  }
  out.n_members = sum.fakes;
  out.n_non_members = sum.genuine;
  const std::size_t taken = sum.fakes_quarantined + sum.genuine_quarantined;
  if (taken > 0) out.precision = share(sum.fakes_quarantined, taken);
  if (sum.fakes > 0) out.recall = share(sum.fakes_quarantined, sum.fakes);
  return out;
}

}  // namespace recveil::audit
