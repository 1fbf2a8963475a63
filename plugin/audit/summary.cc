#include "audit/summary.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "numerics/equivalence.h"

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

numerics::Estimate interval(const Location &at, double alpha) {
  const double half = quantile(at, 1 - alpha / 2) * at.standard_error;
  return {at.mean, std::max(0.0, at.mean - half), std::min(1.0, at.mean + half)};
}

Location locate_auc(const AttackerSummary &attacker) {
  return locate(attacker.split_auc, attacker.split_error);
}

TprEstimate pooled_tpr(const std::vector<SplitScores> &splits, double fpr, double alpha) {
  std::size_t hits = 0, members = 0, non_members = 0;
  for (const SplitScores &split : splits) {
    const auto found = numerics::tpr_at_fpr(split.members, split.non_members, fpr);
    const double n = static_cast<double>(split.members.size());
    hits += static_cast<std::size_t>(std::lround(found.value * n));
    members += split.members.size();
    non_members += split.non_members.size();
  }
  return {fpr, numerics::clopper_pearson(hits, members, alpha), hits, members,
          static_cast<double>(non_members) * fpr >= 20};
}

// TPR at 199 rates, even on the log scale from .001 to 1, and the origin.
std::vector<std::array<double, 2>> mean_roc(const std::vector<SplitScores> &splits) {
  constexpr int kPoints = 199;
  std::vector<std::array<double, 2>> roc{{0, 0}};
  for (int i = 0; i < kPoints; ++i) {
    const double fpr = std::pow(10, -3 + 3.0 * i / (kPoints - 1));
    double tpr = 0;
    for (const SplitScores &split : splits) {
      tpr += fpr < 1 ? numerics::tpr_at_fpr(split.members, split.non_members, fpr).value : 1;
    }
    roc.push_back({fpr, tpr / static_cast<double>(splits.size())});
  }
  return roc;
}

}  // namespace

std::optional<std::size_t> more_users(const std::vector<AttackerSummary> &attackers,
                                      std::size_t people, double margin) {
  std::size_t most = 0;
  const double alpha = kAlpha / static_cast<double>(attackers.size());
  for (const AttackerSummary &attacker : attackers) {
    const auto more = numerics::people_to_settle(attacker.auc.value, attacker.standard_error,
                                                 people, margin, alpha);
    if (!more) return std::nullopt;
    most = std::max(most, *more);
  }
  return most;
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
    const auto auc = numerics::auc(split.members, split.non_members, kAlpha);
    out.split_auc.push_back(auc.value);
    // Half the longer side of DeLong's interval over 1.96: not 0 where every pair is in order.
    out.split_error.push_back(std::max(auc.hi - auc.value, auc.value - auc.lo) / 1.959964);
    const auto accuracy =
        numerics::balanced_accuracy(split.members, split.non_members, split.threshold, kAlpha);
    out.split_balanced_accuracy.push_back(accuracy.value);
    accuracy_error.push_back((accuracy.hi - accuracy.lo) / 2 / 1.959964);
  }
  out.balanced_accuracy = interval(locate(out.split_balanced_accuracy, accuracy_error), kAlpha);
  for (const double fpr : kFprs) out.tpr.push_back(pooled_tpr(splits, fpr, kAlpha));

  out.roc = mean_roc(splits);
  const Location at = locate_auc(out);
  out.standard_error = at.standard_error;
  out.auc = interval(at, kAlpha);
  const double excess = std::abs(at.mean - 0.5) - margin;
  out.leak_p =
      at.standard_error > 0 ? upper_tail(at, excess / at.standard_error) : (excess > 0 ? 0.0 : 1.0);
  return out;
}

Judgement judge(const std::vector<AttackerSummary> &attackers, const Controls &controls,
                double margin) {
  const double alpha = kAlpha / static_cast<double>(attackers.size());
  Judgement out;
  std::vector<double> p;
  bool above = false, all_below = true;
  for (std::size_t a = 0; a < attackers.size(); ++a) {
    const AttackerSummary &attacker = attackers[a];
    const auto distance = [&](std::size_t i) { return std::abs(attackers[i].auc.value - 0.5); };
    if (distance(a) > distance(out.worst)) out.worst = a;
    p.push_back(attacker.leak_p);
    for (const TprEstimate &at : attacker.tpr) {
      // Corrected for all attackers and rates.
      const double n_rates = static_cast<double>(attacker.tpr.size());
      const auto corrected = numerics::clopper_pearson(at.hits, at.members, alpha / n_rates);
      if (at.enough && corrected.lo > 2 * at.fpr) above = true;
    }
    const auto wide = interval(locate_auc(attacker), alpha);
    if (wide.hi >= 0.5 + margin || wide.lo <= 0.5 - margin) all_below = false;
  }
  for (const double adjusted : numerics::holm(p)) above = above || adjusted < kAlpha / 2;
  out.auc = interval(locate_auc(attackers[out.worst]), alpha);
  if (!controls.negative_passed) {
    out.verdict = Verdict::inconclusive;
  } else if (above) {
    out.verdict = Verdict::leak;
  } else if (all_below && controls.positive_passed) {
    out.verdict = Verdict::no_leak_found;
  }
  return out;
}

}  // namespace recveil::audit
