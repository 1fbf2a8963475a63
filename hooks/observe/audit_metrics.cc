#include "hooks/observe/audit_metrics.h"

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace recveil::hooks {
namespace {

using metrics::AuditResult;
using metrics::Exposition;
using metrics::Labels;
using Value = std::function<double(const AuditResult &)>;

constexpr std::array<const char *, metrics::kAttacks> kAttackNames{"membership", "inversion",
                                                                   "attribute", "screening"};
constexpr std::array<const char *, metrics::kAdversaries> kAdversaryNames{"naive", "adaptive",
                                                                          "sybil", "crowd"};
constexpr std::array<const char *, metrics::kVerdicts> kVerdictNames{"leak", "no_leak_found",
                                                                     "inconclusive", "error"};

template <class Enum, std::size_t n>
const char *name_of(const std::array<const char *, n> &names, Enum value) {
  return names[metrics::place_of(value)];
}

std::vector<AuditResult> all_results(const metrics::AuditResults &results) {
  std::vector<AuditResult> out;
  for (std::size_t attack = 0; attack < metrics::kAttacks; ++attack) {
    for (const bool defended : {false, true}) {
      for (std::size_t adversary = 0; adversary < metrics::kAdversaries; ++adversary) {
        const auto held = results.get(metrics::value_at<metrics::Attack>(attack), defended,
                                      metrics::value_at<metrics::Adversary>(adversary));
        if (held) out.push_back(*held);
      }
    }
  }
  return out;
}

// Of the results that `wanted` accepts, the one that finished last; null if there is none.
const AuditResult *newest(const std::vector<AuditResult> &results,
                          const std::function<bool(const AuditResult &)> &wanted) {
  const AuditResult *found = nullptr;
  for (const AuditResult &result : results) {
    if (wanted(result) && (found == nullptr || result.finished >= found->finished)) found = &result;
  }
  return found;
}

void gauge_if_known(Exposition &out, const std::string &name, const std::string &help,
                    const Labels &labels, double value) {
  if (!std::isnan(value)) out.gauge(name, help, labels, value);
}

Labels defence_labels(const AuditResult &result) {
  return {{"defense", result.defended ? "on" : "off"},
          {"adversary", name_of(kAdversaryNames, result.adversary)}};
}

// One family: a sample for each result of the attack.
void each(Exposition &out, const std::vector<AuditResult> &results, metrics::Attack attack,
          const std::string &name, const std::string &help, const Value &value,
          const Labels &more = {}) {
  for (const AuditResult &result : results) {
    if (result.attack != attack) continue;
    Labels labels = defence_labels(result);
    labels.insert(labels.end(), more.begin(), more.end());
    gauge_if_known(out, name, help, labels, value(result));
  }
}

// Three families: an estimate and its interval.
void each_estimate(Exposition &out, const std::vector<AuditResult> &results, metrics::Attack attack,
                   const std::string &name, const std::string &what,
                   Estimate AuditResult::*estimate, const Labels &more = {}) {
  each(
      out, results, attack, name, what + ".",
      [=](const AuditResult &result) { return (result.*estimate).value; }, more);
  each(
      out, results, attack, name + "_lower_bound", "Lower end of the 95 % interval: " + what + ".",
      [=](const AuditResult &result) { return (result.*estimate).lo; }, more);
  each(
      out, results, attack, name + "_upper_bound", "Upper end of the 95 % interval: " + what + ".",
      [=](const AuditResult &result) { return (result.*estimate).hi; }, more);
}

void attack_success(Exposition &out, const std::vector<AuditResult> &results) {
  using metrics::Attack;
  each_estimate(out, results, Attack::membership, "recveil_audit_membership_auc",
                "AUC of the worst membership attack; .5 is guessing, below it leaks as well",
                &AuditResult::auc);
  each(out, results, Attack::membership, "recveil_audit_membership_blind_auc",
       "AUC of the membership attack that sees the list alone.",
       [](const AuditResult &result) { return result.blind_auc; });
  each_estimate(out, results, Attack::membership, "recveil_audit_membership_tpr_ratio",
                "Share of members found at a fixed false positive rate", &AuditResult::tpr,
                {{"fpr", "0.01"}});
  each_estimate(out, results, Attack::attribute, "recveil_audit_attribute_auc",
                "AUC of the worst attribute inference; .5 is guessing, below it leaks as well",
                &AuditResult::auc);
  each(out, results, Attack::attribute, "recveil_audit_attribute_balanced_accuracy_ratio",
       "Balanced accuracy of the worst attribute inference; 1 / classes is guessing.",
       [](const AuditResult &result) { return result.balanced_accuracy; });
  each(out, results, Attack::screening, "recveil_audit_screening_precision_ratio",
       "Of the accounts that screening quarantined in the audit, the share that was planted.",
       [](const AuditResult &result) { return result.precision; });
  each(out, results, Attack::screening, "recveil_audit_screening_recall_ratio",
       "Of the accounts that the audit planted, the share that screening quarantined.",
       [](const AuditResult &result) { return result.recall; });
}

void verdicts(Exposition &out, const std::vector<AuditResult> &results) {
  for (const AuditResult &result : results) {
    for (std::size_t verdict = 0; verdict < metrics::kVerdicts - 1; ++verdict) {
      Labels labels = defence_labels(result);
      labels.insert(labels.begin(), {"attack", name_of(kAttackNames, result.attack)});
      labels.emplace_back("verdict", kVerdictNames[verdict]);
      out.gauge("recveil_audit_verdict", "1 for the verdict of the newest audit, 0 for the others.",
                labels, metrics::place_of(result.verdict) == verdict ? 1 : 0);
    }
  }
}

// One family: a sample for each attack, of its newest result.
void of_newest(Exposition &out, const std::vector<AuditResult> &results, const std::string &name,
               const std::string &help, const Value &value, const Labels &more = {}) {
  for (std::size_t attack = 0; attack < metrics::kAttacks; ++attack) {
    const AuditResult *result = newest(results, [attack](const AuditResult &held) {
      return metrics::place_of(held.attack) == attack;
    });
    if (result == nullptr) continue;
    Labels labels{{"attack", kAttackNames[attack]}};
    labels.insert(labels.end(), more.begin(), more.end());
    gauge_if_known(out, name, help, labels, value(*result));
  }
}

void newest_runs(Exposition &out, const std::vector<AuditResult> &results) {
  of_newest(out, results, "recveil_audit_last_success_timestamp_seconds",
            "When the newest audit finished, whatever its verdict.",
            [](const AuditResult &result) { return static_cast<double>(result.finished); });
  of_newest(out, results, "recveil_audit_duration_seconds", "How long the newest audit took.",
            [](const AuditResult &result) { return result.seconds; });
  of_newest(out, results, "recveil_audit_samples", "People in the newest audit, both sides.",
            [](const AuditResult &result) {
              return static_cast<double>(result.members) + static_cast<double>(result.non_members);
            });
  of_newest(out, results, "recveil_audit_limit",
            "An AUC above it is a leak, as configured in the newest audit.",
            [](const AuditResult &result) { return result.limit; });
  const std::string control = "recveil_audit_control_passed";
  const std::string help =
      "1 if the newest audit saw what must leak leak (positive) and what must not, not (negative).";
  of_newest(out, results, control, help,
            [](const AuditResult &result) { return result.positive_control ? 1 : 0; },
            {{"control", "positive"}});
  of_newest(out, results, control, help,
            [](const AuditResult &result) { return result.negative_control ? 1 : 0; },
            {{"control", "negative"}});
}

void utility(Exposition &out, const std::vector<AuditResult> &results) {
  for (const bool defended : {false, true}) {
    const AuditResult *result = newest(results, [defended](const AuditResult &held) {
      return held.defended == defended && !std::isnan(held.ndcg10_members);
    });
    if (result == nullptr) continue;
    const std::string name = "recveil_utility_ndcg_ratio";
    const std::string help = "NDCG@k of the held-out item in the newest audit's lists.";
    const auto labels = [defended](const char *population) -> Labels {
      return {{"k", "10"}, {"defense", defended ? "on" : "off"}, {"population", population}};
    };
    gauge_if_known(out, name, help, labels("member"), result->ndcg10_members);
    gauge_if_known(out, name, help, labels("nonmember"), result->ndcg10_non_members);
  }
}

void counts(Exposition &out, const metrics::CounterTotals &totals) {
  for (std::size_t attack = 0; attack < metrics::kAttacks; ++attack) {
    for (std::size_t verdict = 0; verdict < metrics::kVerdicts; ++verdict) {
      out.counter("recveil_audit_runs_total", "Audits, by what they found; error: not finished.",
                  {{"attack", kAttackNames[attack]}, {"verdict", kVerdictNames[verdict]}},
                  static_cast<double>(totals.audits[attack][verdict]));
    }
  }
  for (std::size_t attack = 0; attack < metrics::kAttacks; ++attack) {
    out.counter("recveil_audit_suppressed_total",
                "Audits not shown because they were over fewer than 20 people on one side.",
                {{"attack", kAttackNames[attack]}},
                static_cast<double>(totals.audits_suppressed[attack]));
  }
}

}  // namespace

void record_audit(const AuditResult &result, metrics::Counters &counters,
                  metrics::AuditResults &results) noexcept {
  if (result.verdict == metrics::Verdict::error) {
    counters.audit(result.attack, result.verdict);
  } else if (result.members < kMinCohort || result.non_members < kMinCohort) {
    counters.audit_suppressed(result.attack);
  } else {
    // The numbers first: a reader who sees the count sees them.
    results.set(result);
    counters.audit(result.attack, result.verdict);
  }
}

void expose_audits(const metrics::AuditResults &results, const metrics::CounterTotals &totals,
                   Exposition &out) {
  const std::vector<AuditResult> held = all_results(results);
  counts(out, totals);
  attack_success(out, held);
  verdicts(out, held);
  newest_runs(out, held);
  utility(out, held);
}

}  // namespace recveil::hooks
