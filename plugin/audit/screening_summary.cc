#include "audit/screening_summary.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace recveil::audit {

Estimate CampaignCount::caught_share(double alpha) const {
  Estimate out = numerics::clopper_pearson(caught, campaigns, alpha);
  if (split_share.size() > 1) {
    const Estimate spread = numerics::split_mean(split_share, alpha);
    out.lo = std::max(0.0, std::min(out.lo, out.value - (spread.value - spread.lo)));
    out.hi = std::min(1.0, std::max(out.hi, out.value + (spread.hi - spread.value)));
  }
  return out;
}

CampaignCount count_campaigns(const std::vector<SplitOutcome> &splits,
                              std::span<const std::size_t> places) {
  CampaignCount out;
  for (const SplitOutcome &split : splits) {
    std::size_t caught = 0;
    for (const std::size_t place : places) {
      out.sum += split.campaigns[place];
      if (split.campaigns[place].caught()) ++caught;
    }
    out.campaigns += places.size();
    out.caught += caught;
    out.split_share.push_back(static_cast<double>(caught) / static_cast<double>(places.size()));
  }
  return out;
}

std::vector<PooledAttack> pool_attacks(const ScreeningRequest &request,
                                       const std::vector<ScreeningCell> &cells,
                                       const std::vector<SplitOutcome> &splits) {
  std::vector<PooledAttack> out;
  for (const bool spread : {false, true}) {
    for (std::size_t a = 0; a < request.attacks.size(); ++a) {
      std::vector<std::size_t> places;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        if (cells[c].attack == a && cells[c].target.spread == spread) places.push_back(c);
      }
      if (places.empty()) continue;
      out.push_back({request.attacks[a].name, request.attacks[a].claimed && !spread, spread,
                     count_campaigns(splits, places)});
    }
  }
  return out;
}

const char *finding_name(Finding finding) {
  return finding == Finding::holds ? "holds" : finding == Finding::fails ? "fails" : "open";
}

Finding judge_caught(const Estimate &share, double margin) {
  if (share.hi < kCaughtBar) return Finding::fails;
  const bool holds = share.value >= kCaughtBar && share.lo > kCaughtBar - margin;
  return holds ? Finding::holds : Finding::open;
}

Finding judge_people(const Estimate &rate) {
  if (rate.lo > kPeopleBar) return Finding::fails;
  const bool holds = rate.value <= kPeopleBar && rate.hi < kPeopleBar + kPeopleMargin;
  return holds ? Finding::holds : Finding::open;
}

ScreeningJudgement judge_screening(const std::vector<PooledAttack> &attacks,
                                   const std::vector<std::pair<std::string, Estimate>> &people,
                                   const Controls &controls, double margin) {
  ScreeningJudgement out;
  const auto is_claimed = [](const PooledAttack &attack) { return attack.claimed; };
  const bool any = std::any_of(attacks.begin(), attacks.end(), is_claimed);
  std::vector<std::size_t> judged;
  for (std::size_t a = 0; a < attacks.size(); ++a) {
    if (!any || attacks[a].claimed) judged.push_back(a);
  }
  const auto share = [&](std::size_t a) {
    const CampaignCount &count = attacks[a].count;
    return static_cast<double>(count.caught) / static_cast<double>(count.campaigns);
  };
  out.worst = *std::min_element(judged.begin(), judged.end(),
                                [&](std::size_t a, std::size_t b) { return share(a) < share(b); });
  out.alpha = 0.05 / static_cast<double>(judged.size());
  const auto note = [&](Finding found, const std::string &name) {
    if (found == Finding::fails) out.failed.push_back(name);
    if (found == Finding::open) out.open.push_back(name);
  };
  for (const std::size_t a : judged) {
    note(judge_caught(attacks[a].count.caught_share(out.alpha), margin), attacks[a].attack);
  }
  for (const auto &[name, rate] : people) note(judge_people(rate), name);
  if (people.empty()) out.open.emplace_back("people");
  if (!controls.negative_passed) return out;
  if (!out.failed.empty()) {
    out.verdict = Verdict::leak;
  } else if (out.open.empty() && controls.positive_passed) {
    out.verdict = Verdict::no_leak_found;
  }
  return out;
}

Controls screening_controls(const std::vector<SplitOutcome> &splits,
                            const std::vector<CleanOutcome> &clean) {
  Controls out;
  out.positive_auc = 1;
  bool oracle = true;
  for (const SplitOutcome &split : splits) {
    out.positive_auc = std::min(out.positive_auc, split.control.auc);
    oracle = oracle && split.control.oracle_caught;
  }
  out.positive_passed = oracle && out.positive_auc >= 0.9;
  double sum = 0, variance = 0;
  std::size_t n = 0;
  bool caught = false;
  for (const CleanOutcome &repeat : clean) {
    caught = caught || repeat.random_caught;
    for (std::size_t b = 0; b < repeat.random_auc.size(); ++b, ++n) {
      sum += repeat.random_auc[b];
      variance += repeat.random_variance[b];
    }
  }
  if (n == 0) return out;
  out.negative_auc = sum / static_cast<double>(n);
  const double error = std::sqrt(variance) / static_cast<double>(n);
  out.negative_passed = !caught && std::abs(out.negative_auc - 0.5) < 4 * error;
  return out;
}

}  // namespace recveil::audit
