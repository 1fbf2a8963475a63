#include "audit/summary.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "numerics/equivalence.h"
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

std::optional<std::size_t> more_users(const std::vector<AttackerSummary> &attackers,
                                      std::size_t people, double margin) {
  std::size_t most = 0;
  const double alpha = kAlpha / static_cast<double>(attackers.size());
  for (const AttackerSummary &attacker : attackers) {
    const auto more = numerics::people_to_settle(attacker.auc.value, attacker.auc.standard_error,
                                                 people, margin, alpha);
    if (!more) return std::nullopt;
    most = std::max(most, *more);
  }
  return most;
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
                   double margin) {
  const double alpha = kAlpha / static_cast<double>(attackers.size());
  Judgement out;
  std::vector<double> p;
  bool above = found_members;
  const auto distance = [&](std::size_t a) { return std::abs((attackers[a].*which).value - 0.5); };
  for (std::size_t a = 0; a < attackers.size(); ++a) {
    const MeanAuc &auc = attackers[a].*which;
    if (distance(a) > distance(out.worst)) out.worst = a;
    p.push_back(auc.leak_p);
    const auto wide = interval(locate(auc.split, auc.split_error), alpha);
    out.upper_bound = std::max({out.upper_bound, wide.hi, 1 - wide.lo});
  }
  for (const double adjusted : numerics::holm(p)) above = above || adjusted < kAlpha / 2;
  const MeanAuc &worst = attackers[out.worst].*which;
  out.auc = interval(locate(worst.split, worst.split_error), alpha);
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

std::optional<Judgement> judge_at_equal_activity(const std::vector<AttackerSummary> &attackers,
                                                 const Controls &controls, double margin) {
  const auto known = [](const AttackerSummary &a) { return !a.stratified.split.empty(); };
  if (!std::all_of(attackers.begin(), attackers.end(), known)) return std::nullopt;
  return judge_by(&AttackerSummary::stratified, false, attackers, controls, margin);
}

}  // namespace recveil::audit
