#include "hooks/observe/screen_metrics.h"

#include <array>

namespace recveil::hooks {
namespace {

constexpr std::array<const char *, kScreenTriggers> kTriggers{"new", "update", "batch"};
constexpr std::array<const char *, kScreenDecisions> kDecisions{"accept", "quarantine", "defer"};
constexpr std::array<const char *, kReviews> kReviewNames{"confirmed", "overturned", "exempt"};
constexpr std::array<const char *, kScreenModes> kModes{"shadow", "enforce"};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void screened(const metrics::CounterTotals &totals, metrics::Exposition &out) {
  std::uint64_t count = 0;
  for (std::size_t t = 0; t < kScreenTriggers; ++t) {
    for (std::size_t d = 0; d < kScreenDecisions; ++d) {
      out.counter("recveil_screen_accounts_total",
                  "Accounts screened, by what for and what was decided; with screening.mode shadow "
                  "what would have been decided.",
                  {{"trigger", kTriggers[t]}, {"decision", kDecisions[d]}},
                  number(totals.screened[t][d]));
      count += totals.screened[t][d];
    }
  }
  out.histogram(
      "recveil_screen_score",
      "Scores of the accounts screened, higher is more suspicious: from 0 to 6 by the method full, "
      "minus the "
      "decision of the SVM by ocsvm.",
      metrics::kScoreBounds, totals.scores,
      metrics::kScoreUnit * number(totals.score_units) - metrics::kMostScore * number(count));
  for (std::size_t r = 0; r < kReviews; ++r) {
    out.counter(
        "recveil_screen_reviews_total",
        "Accounts that a person reviewed; overturned: the account is genuine; exempt: it is "
        "never flagged.",
        {{"verdict", kReviewNames[r]}}, number(totals.reviews[r]));
  }
}

}  // namespace

void expose_screening(const UpdateHook &hook, const metrics::CounterTotals &totals,
                      metrics::Exposition &out) {
  screened(totals, out);
  const auto view = hook.view();
  const TrainedModel &trained = view->trained;
  const auto gauge = [&out](const char *name, const char *help, double value) {
    out.gauge(std::string("recveil_screen_") + name, help, {}, value);
  };
  for (std::size_t m = 0; m < kScreenModes; ++m) {
    out.gauge("recveil_screen_mode", "1 for screening.mode, 0 for the other.",
              {{"mode", kModes[m]}}, static_cast<std::size_t>(view->policy.mode) == m ? 1 : 0);
  }
  gauge("unreviewed_accounts",
        "Accounts with the verdict quarantine, in either mode, that nobody has reviewed yet.",
        number(view->state.reviews.flagged()));
  gauge("nu_ratio", "nu of the one-class SVM: screening.nu, or that of the method.",
        view->policy.nu_in_use());
  gauge("expected_quarantine_ratio",
        "Share of genuine accounts that the method is expected to quarantine: screening.nu or "
        "screening.false_positive_rate.",
        view->policy.expected_share());
  gauge("version", "Version of the screening model in use; 0 for none.", number(trained.version));
  gauge("support_vectors", "Support vectors of the screening model in use.",
        trained.model ? number(trained.model->n_support_vectors()) : 0);
  gauge("training_accounts", "Accounts in the window of the newest training.",
        trained.model ? number(trained.model->n_window_accounts()) : 0);
  gauge("training_duration_seconds", "How long the newest training took.", trained.seconds);
  gauge("trained_timestamp_seconds", "When the newest screening model was trained; 0 for never.",
        number(trained.trained_at));
}

}  // namespace recveil::hooks
