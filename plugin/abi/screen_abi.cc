#include "recveil/screen.h"

#include "abi/callbacks.h"
#include "abi/engine.h"
#include "abi/screen.h"
#include "core/error.h"

using namespace recveil;

namespace {

template <class Enum>
constexpr auto number(Enum value) {
  return static_cast<std::uint32_t>(value);
}

// The constants of the C header are those used inside.
static_assert(RECVEIL_SCREEN_ACCEPT == number(ScreenDecision::accept));
static_assert(RECVEIL_SCREEN_QUARANTINE == number(ScreenDecision::quarantine));
static_assert(RECVEIL_SCREEN_DEFER == number(ScreenDecision::defer));
static_assert(RECVEIL_TRIGGER_NEW == number(ScreenTrigger::newcomer));
static_assert(RECVEIL_TRIGGER_UPDATE == number(ScreenTrigger::update));
static_assert(RECVEIL_TRIGGER_BATCH == number(ScreenTrigger::batch));
static_assert(RECVEIL_REVIEW_CONFIRMED == number(Review::confirmed));
static_assert(RECVEIL_REVIEW_OVERTURNED == number(Review::overturned));
static_assert(RECVEIL_SCREEN_UNLIKE == number(defense::kReasonUnlike));
static_assert(RECVEIL_SCREEN_KNOWN_FAMILY == number(defense::kReasonKnownFamily));
static_assert(RECVEIL_SCREEN_COPIED == number(defense::kReasonCopied));
static_assert(RECVEIL_SCREEN_COORDINATED == number(defense::kReasonCoordinated));
static_assert(RECVEIL_SCREEN_UNANIMOUS == number(defense::kReasonUnanimous));
static_assert(RECVEIL_SCREEN_TREND == number(defense::kReasonTrend));
static_assert(RECVEIL_SCREEN_LAUNCH == number(defense::kReasonLaunch));
static_assert(RECVEIL_REVIEW_EXEMPT == number(Review::exempt));
static_assert(RECVEIL_SCREEN_OVERTURNED == hooks::kReasonOverturned);
static_assert(RECVEIL_SCREEN_EXEMPT == hooks::kReasonExempt);

recveil_screen_result adopt_result(const recveil_screen_result *given, std::size_t n) {
  const recveil_screen_result defaults = RECVEIL_SCREEN_RESULT_INIT;
  const auto out = abi::adopt(given, defaults, sizeof(recveil_screen_result), "result");
  abi::no_screen_flags(out.flags, "result");
  abi::require(out.reserved == 0, "result.reserved: must be 0");
  abi::check_array(out.verdicts, n, "result.verdicts");
  if (out.scores != nullptr) abi::check_array(out.scores, n, "result.scores");
  if (out.reasons != nullptr) abi::check_array(out.reasons, n, "result.reasons");
  if (out.weights != nullptr) abi::check_array(out.weights, n, "result.weights");
  return out;
}

void fill(const hooks::BatchResult &batch, recveil_screen_result &out) {
  for (std::size_t u = 0; u < batch.verdicts.size(); ++u) {
    const defense::AccountVerdict &verdict = batch.verdicts[u];
    out.verdicts[u] = static_cast<recveil_screen_verdict>(verdict.decision);
    if (out.scores != nullptr) out.scores[u] = verdict.score;
    if (out.reasons != nullptr) out.reasons[u] = verdict.reasons;
    if (out.accepted != nullptr) out.accepted[u] = batch.accepted[u];
    if (out.weights != nullptr) out.weights[u] = verdict.weight;
  }
  out.n_accepted = batch.counts[place_of(ScreenDecision::accept)];
  out.n_quarantined = batch.counts[place_of(ScreenDecision::quarantine)];
  out.n_deferred = batch.counts[place_of(ScreenDecision::defer)];
  out.screen_model_version = batch.model_version;
  out.enforced = batch.enforced ? 1 : 0;
}

}  // namespace

extern "C" {

recveil_status recveil_screen_train(recveil_engine *engine, const void *window, size_t n_bytes,
                                    const recveil_screen_training *training) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    recveil_screen_training in = RECVEIL_SCREEN_TRAINING_INIT;
    if (training != nullptr) {
      in = abi::adopt(training, in, sizeof(recveil_screen_training), "training");
    }
    abi::no_screen_flags(in.flags, "training");
    const abi::LongCall call(in.progress);
    e.update->train(abi::borrow_window(window, n_bytes), in.seed != 0 ? in.seed : 1);
  });
}

recveil_status recveil_screen_model_write(recveil_engine *engine, recveil_write_fn write,
                                          void *ctx) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, e.update->model_bytes());
  });
}

recveil_status recveil_publish_screen_model(recveil_engine *engine, const void *model,
                                            size_t n_bytes) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const auto *bytes = static_cast<const char *>(model);
    abi::check_array(bytes, n_bytes, "model");
    e.update->publish(std::string_view(bytes, n_bytes));
  });
}

recveil_status recveil_screen(recveil_engine *engine, const recveil_screen_accounts *accounts,
                              recveil_screen_trigger trigger, const recveil_progress *progress,
                              recveil_screen_result *result) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const hooks::HostAccounts in = abi::adopt_accounts(accounts);
    abi::require(trigger >= RECVEIL_TRIGGER_NEW && trigger <= RECVEIL_TRIGGER_BATCH,
                 "trigger: not a RECVEIL_TRIGGER_*");
    recveil_screen_result out = adopt_result(result, in.size());
    const abi::LongCall call(progress);
    const hooks::BatchResult batch = e.update->screen(in, static_cast<ScreenTrigger>(trigger));
    fill(batch, out);
    if (out.write_evidence != nullptr && !batch.evidence.empty()) {
      abi::write_to_host(out.write_evidence, out.evidence_ctx, batch.evidence);
    }
    abi::give(result, out);
  });
}

const char *recveil_screen_reason_text(uint32_t reason) noexcept {
  if (reason == RECVEIL_SCREEN_OVERTURNED) return "a review overturned this evidence before";
  if (reason == RECVEIL_SCREEN_EXEMPT) return "the account is exempt";
  const char *text = defense::reason_text(reason);
  return text != nullptr ? text : "unknown reason";
}

recveil_status recveil_screen_review(recveil_engine *engine, const recveil_user *users,
                                     size_t n_users, recveil_review verdict) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(users, n_users, "users");
    abi::require(verdict >= RECVEIL_REVIEW_CONFIRMED && verdict <= RECVEIL_REVIEW_EXEMPT,
                 "verdict: not a RECVEIL_REVIEW_*");
    e.update->review({users, n_users}, static_cast<Review>(verdict));
  });
}

recveil_status recveil_screen_accepted(recveil_engine *engine, const recveil_user *users,
                                       size_t n_users, uint8_t *mask) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(users, n_users, "users");
    abi::check_array(mask, n_users, "mask");
    e.update->accepted({users, n_users}, {mask, n_users});
  });
}

recveil_status recveil_screen_get_info(recveil_engine *engine, recveil_screen_info *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_struct(out, sizeof(recveil_screen_info), alignof(recveil_screen_info),
                      "screen_info");
    const auto view = e.update->view();
    recveil_screen_info info = RECVEIL_SCREEN_INFO_INIT;
    info.enforced = view->policy.mode == ScreenMode::enforce ? 1 : 0;
    info.screen_model_version = view->trained.version;
    info.trained_at = view->trained.trained_at;
    if (view->trained.model) {
      info.n_training_accounts = view->trained.model->n_window_accounts();
      info.n_support_vectors = view->trained.model->n_support_vectors();
    }
    info.training_seconds = view->trained.seconds;
    info.n_batches = view->state.batches;
    info.n_flagged = view->state.reviews.flagged();
    info.n_overturned = view->state.reviews.overturned();
    info.n_exempt = view->state.reviews.exempt();
    abi::give(out, info);
  });
}

}  // extern "C"
