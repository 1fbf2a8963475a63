#include "audit/summary.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <string_view>

#include "numerics/stratified_auc.h"

namespace recveil::audit {
namespace {

constexpr double kFprs[] = {0.001, 0.01, 0.1};
constexpr double kAlpha = 0.05;

// Location and scale of a mean over splits: the wider of the spread between and the error within.
struct Location {
  double mean = 0, standard_error = 0;
  double freedom = 0;  // of Student's t; 0: normal
};

Location locate(const std::vector<double> &values, const std::vector<double> &within) {
  const double n = static_cast<double>(values.size());
  Location out;
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double spread = 0, inside = 0;
  for (const double value : values) spread += (value - out.mean) * (value - out.mean);
  for (const double error : within) inside += error * error;
  const double between = n > 1 ? std::sqrt(spread / (n - 1) / n) : 0;
  out.standard_error = std::sqrt(inside) / n;
  if (between > out.standard_error) {
    out.standard_error = between;
    out.freedom = n - 1;
  }
  return out;
}

double quantile(const Location &at, double p) {
  if (at.freedom > 0) return boost::math::quantile(boost::math::students_t(at.freedom), p);
  return boost::math::quantile(boost::math::normal(), p);
}

// P(X >= t) of the location's reference distribution.
double upper_tail(const Location &at, double t) {
  if (at.freedom > 0) {
    return boost::math::cdf(boost::math::complement(boost::math::students_t(at.freedom), t));
  }
  return boost::math::cdf(boost::math::complement(boost::math::normal(), t));
}

Estimate interval(const Location &at, double alpha) {
  const double half = quantile(at, 1 - alpha / 2) * at.standard_error;
  return {at.mean, std::max(0.0, at.mean - half), std::min(1.0, at.mean + half)};
}

// The rest, from the AUC of each split.
void finish(MeanAuc &auc, double margin) {
  const Location at = locate(auc.split, auc.split_error);
  auc.standard_error = at.standard_error;
  static_cast<Estimate &>(auc) = interval(at, kAlpha);
  const double excess = std::abs(at.mean - 0.5) - margin;
  auc.leak_p =
      at.standard_error > 0 ? upper_tail(at, excess / at.standard_error) : (excess > 0 ? 0.0 : 1.0);
}

void add(const Estimate &auc, MeanAuc &out) {
  out.split.push_back(auc.value);
  // Half the longer side of DeLong's interval over 1.96: not 0 where every pair is in order.
  out.split_error.push_back(std::max(auc.hi - auc.value, auc.value - auc.lo) / 1.959964);
}

void add_activity(const SplitScores &split, AttackerSummary &out) {
  const auto found = numerics::stratified_auc(split.members, split.non_members,
                                              split.member_activity, split.non_member_activity);
  out.stratified.split.push_back(found.auc);
  // 0 is nothing to see the spread by, not certainty.
  out.stratified.split_error.push_back(found.standard_error > 0 ? found.standard_error
                                                                : out.auc.split_error.back());
  add(numerics::auc(split.member_activity, split.non_member_activity, kAlpha), out.activity_auc);
}

// The rates that are reported as numbers, then those of the curve, even on the log scale from .001
// to 1.
std::vector<double> rates() {
  constexpr int kPoints = 199;
  std::vector<double> out(std::begin(kFprs), std::end(kFprs));
  for (int i = 0; i < kPoints; ++i) out.push_back(std::pow(10, -3 + 3.0 * i / (kPoints - 1)));
  out.back() = 1;  // exactly
  return out;
}

void add_rates(const std::vector<SplitScores> &splits, AttackerSummary &out) {
  const std::vector<double> fprs = rates();
  std::vector<std::size_t> hits(fprs.size(), 0);
  std::vector<double> mean_tpr(fprs.size(), 0);
  std::size_t members = 0, non_members = 0;
  for (const SplitScores &split : splits) {
    const auto found = numerics::hits_at_fpr(split.members, split.non_members, fprs);
    const auto n = static_cast<double>(split.members.size());
    for (std::size_t i = 0; i < fprs.size(); ++i) {
      hits[i] += found[i];
      mean_tpr[i] += static_cast<double>(found[i]) / n / static_cast<double>(splits.size());
    }
    members += split.members.size();
    non_members += split.non_members.size();
  }
  out.roc = {{0, 0}};
  for (std::size_t i = 0; i < fprs.size(); ++i) {
    if (i >= std::size(kFprs)) {
      out.roc.push_back({fprs[i], std::min(mean_tpr[i], 1.0)});
      continue;
    }
    out.tpr.push_back({fprs[i], numerics::clopper_pearson(hits[i], members, kAlpha), hits[i],
                       members, static_cast<double>(non_members) * fprs[i] >= 20});
  }
}

}  // namespace

namespace {

// The share of the error that each attacker gets: the attackers that are known to be the strongest
// of their kind half of it together, the others the other half. Fixed before anything is measured,
// so that the error of all is kept (Bonferroni with weights).
std::vector<double> weights(const std::vector<AttackerSummary> &attackers) {
  constexpr std::string_view kLeads[] = {"strong", "shadow_ratio", "sybil_paired", "sybil_learned",
                                         "crowd_200"};
  std::vector<double> out;
  double leads = 0;
  for (const AttackerSummary &attacker : attackers) {
    const bool lead =
        std::find(std::begin(kLeads), std::end(kLeads), attacker.name) != std::end(kLeads);
    out.push_back(lead ? 1 : 0);
    leads += out.back();
  }
  const double n = static_cast<double>(attackers.size()), others = n - leads;
  for (double &weight : out) {
    weight = leads == 0 || others == 0 ? 1 / n : 0.5 / (weight > 0 ? leads : others);
  }
  return out;
}

enum class Settled { no, within, beyond };

// What an AUC would be found to be by `splits` splits of `people` times as many people.
Settled settled(const MeanAuc &auc, double splits, double people, double margin, double alpha) {
  const double n = static_cast<double>(auc.split.size());
  double inside = 0, spread = 0;
  for (const double error : auc.split_error) inside += error * error / n;
  for (const double value : auc.split) spread += (value - auc.value) * (value - auc.value);
  Location at{auc.value, std::sqrt(inside / people / splits), 0};
  // The spread holds the uncertainty within, which more people narrow, and what they do not.
  const double variance = n > 1 ? spread / (n - 1) : 0;
  const double own = std::max(variance - inside, 0.0);
  const double between = std::sqrt((own + std::min(variance, inside) / people) / splits);
  if (splits > 1 && between > at.standard_error) at = {auc.value, between, splits - 1};
  const double half = quantile(at, 1 - alpha / 2) * at.standard_error;
  const double distance = std::abs(auc.value - 0.5) - margin;
  if (half >= std::abs(distance)) return Settled::no;
  return distance > 0 ? Settled::beyond : Settled::within;
}

// The smallest x from 1 on, in steps of 1 / unit, for which holds(x); nothing up to 1000.
template <class Holds>
std::optional<double> least(double unit, Holds holds) {
  double low = 0, high = 1;  // in units
  while (!holds(1 + high / unit)) {
    low = high;
    high *= 2;
    if (high / unit > 1000) return std::nullopt;
  }
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (holds(1 + middle / unit) ? high : low) = middle;
  }
  return high;
}

}  // namespace

More more_needed(const std::vector<AttackerSummary> &attackers, std::size_t people, double margin) {
  const std::vector<double> weight = weights(attackers);
  const auto all_settled = [&](double splits, double times) {
    std::size_t within = 0;
    for (std::size_t a = 0; a < attackers.size(); ++a) {
      const Settled now = settled(attackers[a].auc, splits, times, margin, kAlpha * weight[a]);
      if (now == Settled::beyond) return true;
      within += now == Settled::within ? 1 : 0;
    }
    return within == attackers.size();
  };
  const auto splits = static_cast<double>(attackers.front().auc.split.size());
  More out;
  const auto users =
      least(static_cast<double>(people), [&](double times) { return all_settled(splits, times); });
  if (users) out.users = static_cast<std::size_t>(*users);
  const auto seeds = least(splits, [&](double times) { return all_settled(splits * times, 1); });
  if (seeds) out.seeds = static_cast<std::size_t>(*seeds);
  return out;
}

const AttackerSummary *worst_blind(const std::vector<AttackerSummary> &attackers) {
  const AttackerSummary *worst = nullptr;
  const auto distance = [](const AttackerSummary &a) { return std::abs(a.auc.value - 0.5); };
  for (const AttackerSummary &attacker : attackers) {
    if (attacker.blind && (worst == nullptr || distance(attacker) > distance(*worst))) {
      worst = &attacker;
    }
  }
  return worst;
}

Verdict finding(Verdict corrected, const Estimate &auc, double margin, bool stands_out) {
  const bool beyond = auc.lo > 0.5 + margin || auc.hi < 0.5 - margin;
  const bool within = auc.lo > 0.5 - margin && auc.hi < 0.5 + margin;
  if (corrected == Verdict::leak && (beyond || stands_out)) return Verdict::leak;
  const bool clear = corrected == Verdict::no_leak_found || (within && !stands_out);
  return clear ? Verdict::no_leak_found : Verdict::inconclusive;
}

const char *verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::leak:
      return "leak";
    case Verdict::no_leak_found:
      return "no_leak_found";
    case Verdict::inconclusive:
      break;
  }
  return "inconclusive";
}

AttackerSummary summarize_attacker(std::string name, bool blind,
                                   const std::vector<SplitScores> &splits, double margin) {
  AttackerSummary out;
  out.name = std::move(name);
  out.blind = blind;
  std::vector<double> accuracy_error;
  for (const SplitScores &split : splits) {
    add(numerics::auc(split.members, split.non_members, kAlpha), out.auc);
    if (!split.member_activity.empty()) add_activity(split, out);
    const auto accuracy =
        numerics::balanced_accuracy(split.members, split.non_members, split.threshold, kAlpha);
    out.split_balanced_accuracy.push_back(accuracy.value);
    accuracy_error.push_back((accuracy.hi - accuracy.lo) / 2 / 1.959964);
  }
  out.balanced_accuracy = interval(locate(out.split_balanced_accuracy, accuracy_error), kAlpha);
  add_rates(splits, out);
  finish(out.auc, margin);
  if (!out.stratified.split.empty()) {
    finish(out.stratified, margin);
    finish(out.activity_auc, margin);
  }
  return out;
}

AttackerSummary summarize_attacker(const std::vector<SplitScores> &splits, double margin) {
  return summarize_attacker(splits.front().name, splits.front().blind, splits, margin);
}

namespace {

// Is the TPR of some attacker surely above twice its FPR, corrected for all attackers and rates?
bool finds_single_members(const std::vector<AttackerSummary> &attackers) {
  for (const AttackerSummary &attacker : attackers) {
    const double alpha = kAlpha / static_cast<double>(attackers.size() * attacker.tpr.size());
    for (const TprEstimate &at : attacker.tpr) {
      if (at.enough && numerics::clopper_pearson(at.hits, at.members, alpha).lo > 2 * at.fpr) {
        return true;
      }
    }
  }
  return false;
}

Judgement judge_by(MeanAuc AttackerSummary::*which, bool found_members,
                   const std::vector<AttackerSummary> &attackers, const Controls &controls,
                   double margin, std::size_t parts = 1) {
  const double alpha_all = kAlpha / static_cast<double>(parts);
  const std::vector<double> weight = weights(attackers);
  Judgement out;
  bool above = found_members;
  const auto distance = [&](std::size_t a) { return std::abs((attackers[a].*which).value - 0.5); };
  const auto wide = [&](std::size_t a) {
    const MeanAuc &auc = attackers[a].*which;
    return interval(locate(auc.split, auc.split_error), alpha_all * weight[a]);
  };
  for (std::size_t a = 0; a < attackers.size(); ++a) {
    if (distance(a) > distance(out.worst)) out.worst = a;
    out.upper_bound = std::max({out.upper_bound, wide(a).hi, 1 - wide(a).lo});
    above = above || (attackers[a].*which).leak_p < alpha_all * weight[a] / 2;
  }
  out.auc = wide(out.worst);
  if (!controls.negative_passed) {
    out.verdict = Verdict::inconclusive;
  } else if (above) {
    out.verdict = Verdict::leak;
  } else if (out.upper_bound < 0.5 + margin && controls.positive_passed) {
    out.verdict = Verdict::no_leak_found;
  }
  return out;
}

}  // namespace

Judgement judge(const std::vector<AttackerSummary> &attackers, const Controls &controls,
                double margin) {
  return judge_by(&AttackerSummary::auc, finds_single_members(attackers), attackers, controls,
                  margin);
}

Judgement judge_part(const std::vector<AttackerSummary> &attackers, const Controls &controls,
                     double margin, std::size_t parts) {
  return judge_by(&AttackerSummary::auc, false, attackers, controls, margin, parts);
}

std::optional<Judgement> judge_at_equal_activity(const std::vector<AttackerSummary> &attackers,
                                                 const Controls &controls, double margin) {
  const auto known = [](const AttackerSummary &a) { return !a.stratified.split.empty(); };
  if (!std::all_of(attackers.begin(), attackers.end(), known)) return std::nullopt;
  return judge_by(&AttackerSummary::stratified, false, attackers, controls, margin);
}

}  // namespace recveil::audit
