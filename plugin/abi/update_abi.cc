#include "recveil/update.h"

#include <algorithm>
#include <string>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"

// The constants of the C header are those used inside.
static_assert(RECVEIL_SCREEN_ACCEPT == 1 + int(recveil::ScreenDecision::accept));
static_assert(RECVEIL_SCREEN_QUARANTINE == 1 + int(recveil::ScreenDecision::quarantine));
static_assert(RECVEIL_SCREEN_DEFER == 1 + int(recveil::ScreenDecision::defer));
static_assert(RECVEIL_TRIGGER_NEW == 1 + int(recveil::ScreenTrigger::newcomer));
static_assert(RECVEIL_TRIGGER_UPDATE == 1 + int(recveil::ScreenTrigger::update));
static_assert(RECVEIL_TRIGGER_BATCH == 1 + int(recveil::ScreenTrigger::batch));
static_assert(RECVEIL_REVIEW_CONFIRMED == 1 + int(recveil::Review::confirmed));
static_assert(RECVEIL_REVIEW_OVERTURNED == 1 + int(recveil::Review::overturned));
static_assert(RECVEIL_SCREEN_UNLIKE == int(recveil::defense::kReasonUnlike));
static_assert(RECVEIL_SCREEN_KNOWN_FAMILY == int(recveil::defense::kReasonKnownFamily));
static_assert(RECVEIL_SCREEN_COPIED == int(recveil::defense::kReasonCopied));
static_assert(RECVEIL_SCREEN_COORDINATED == int(recveil::defense::kReasonCoordinated));
static_assert(RECVEIL_SCREEN_UNANIMOUS == int(recveil::defense::kReasonUnanimous));
static_assert(RECVEIL_SCREEN_TREND == int(recveil::defense::kReasonTrend));
static_assert(RECVEIL_SCREEN_LAUNCH == int(recveil::defense::kReasonLaunch));
static_assert(RECVEIL_SCREEN_OVERTURNED == int(recveil::hooks::kReasonOverturned));

namespace {

using namespace recveil;

void no_flags(std::uint32_t flags, const char *name) {
  if (flags != 0) throw Error(Status::unsupported, std::string(name) + ".flags: must be 0");
}

hooks::WindowShape adopt_shape(const recveil_screen_window_shape *given) {
  constexpr std::uint32_t kAccounts = 50000;
  constexpr std::uint64_t kInteractions = 200;
  const recveil_screen_window_shape defaults = RECVEIL_SCREEN_WINDOW_SHAPE_INIT;
  const auto in = abi::adopt(given, defaults, sizeof(recveil_screen_window_shape), "shape");
  no_flags(in.flags, "shape");
  hooks::WindowShape out;
  out.n_items = in.n_items;
  out.sample_accounts = in.sample_accounts != 0 ? in.sample_accounts : kAccounts;
  out.sample_interactions =
      in.sample_interactions != 0 ? in.sample_interactions : kInteractions * out.sample_accounts;
  out.rating_min = in.rating_min;
  out.rating_max = in.rating_max;
  out.seed = in.seed;
  return out;
}

template <class Element>
std::span<const Element> optional(const Element *data, std::size_t n, const char *name) {
  if (data == nullptr) return {};
  abi::check_array(data, n, name);
  return {data, n};
}

hooks::HostAccounts adopt_accounts(const recveil_screen_accounts *given) {
  const recveil_screen_accounts defaults = RECVEIL_SCREEN_ACCOUNTS_INIT;
  const auto in = abi::adopt(given, defaults, sizeof(recveil_screen_accounts), "accounts");
  no_flags(in.flags, "accounts");
  abi::require(in.count < UINT32_MAX, "accounts.count: at most 2^32 - 2");
  abi::check_array(in.users, in.count, "accounts.users");
  abi::check_array(in.offsets, in.count + 1, "accounts.offsets");
  abi::require(in.offsets[0] == 0, "accounts.offsets: must begin with 0");
  for (std::size_t u = 0; u < in.count; ++u) {
    abi::require(in.offsets[u] <= in.offsets[u + 1], "accounts.offsets: must not fall");
  }
  const std::size_t n = in.offsets[in.count];
  abi::check_array(in.items, n, "accounts.items");
  hooks::HostAccounts out;
  out.users = {in.users, in.count};
  out.rows.offsets = {in.offsets, in.count + 1};
  out.rows.items = {in.items, n};
  out.rows.ratings = optional(in.ratings, n, "accounts.ratings");
  out.rows.arrived = optional(in.arrivals, in.count, "accounts.arrivals");
  out.rows.launched = optional(in.launched, in.n_launched, "accounts.launched");
  return out;
}

void distinct(std::span<const std::uint64_t> users) {
  std::vector<std::uint64_t> sorted(users.begin(), users.end());
  std::sort(sorted.begin(), sorted.end());
  abi::require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
               "accounts.users: a user twice");
}

// A window that is only read.
hooks::Window borrow(const void *window, std::size_t size) {
  return {const_cast<void *>(window), size};
}

// Throws Error(cancelled or host).
void report(const recveil_screen_training &training, double fraction, const char *what) {
  if (training.progress == nullptr) return;
  std::int32_t code = 0;
  try {
    code = training.progress(training.ctx, fraction, what);
  } catch (...) {
    throw Error(Status::host, "the progress callback threw");
  }
  if (code != 0) throw Error(Status::cancelled, "stopped by the progress callback");
}

}  // namespace

extern "C" {

recveil_status recveil_screen_window_size(const recveil_screen_window_shape *shape,
                                          size_t *bytes) noexcept {
  return abi::guard([&] {
    abi::check_out(bytes, "bytes");
    *bytes = hooks::Window::bytes(adopt_shape(shape));
  });
}

recveil_status recveil_screen_window_init(const recveil_screen_window_shape *shape, void *window,
                                          size_t size) noexcept {
  return abi::guard([&] { hooks::Window::make(adopt_shape(shape), window, size); });
}

recveil_status recveil_screen_window_add(void *window, size_t size,
                                         const recveil_screen_accounts *accounts) noexcept {
  return abi::guard([&] {
    hooks::Window into(window, size);
    const hooks::HostAccounts in = adopt_accounts(accounts);
    distinct(in.users);
    into.add(in);
  });
}

recveil_status recveil_screen_window_merge(void *into, size_t into_size, const void *from,
                                           size_t from_size) noexcept {
  return abi::guard([&] {
    const auto *a = static_cast<const unsigned char *>(into),
               *b = static_cast<const unsigned char *>(from);
    hooks::Window to(into, into_size);
    const hooks::Window more = borrow(from, from_size);
    abi::require(a + into_size <= b || b + from_size <= a, "from: overlaps into");
    to.merge(more);
  });
}

recveil_status recveil_screen_window_check(const void *window, size_t size,
                                           recveil_screen_window_info *out) noexcept {
  return abi::guard([&] {
    if (out != nullptr) {
      abi::check_struct(out, sizeof(recveil_screen_window_info),
                        alignof(recveil_screen_window_info), "window_info");
    }
    const hooks::Window in = borrow(window, size);
    in.check();
    if (out == nullptr) return;
    recveil_screen_window_info info = RECVEIL_SCREEN_WINDOW_INFO_INIT;
    info.n_items = in.shape().n_items;
    info.implicit = in.shape().implicit() ? 1 : 0;
    info.accounts = in.accounts();
    info.interactions = in.interactions();
    info.sampled_accounts = in.sample().size();
    info.sampled_interactions = in.items().size();
    abi::give(out, info);
  });
}

recveil_status recveil_screen_train(recveil_engine *engine, const void *window, size_t size,
                                    const recveil_screen_training *training) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    recveil_screen_training in = RECVEIL_SCREEN_TRAINING_INIT;
    if (training != nullptr) {
      in = abi::adopt(training, in, sizeof(recveil_screen_training), "training");
    }
    no_flags(in.flags, "training");
    e.update->train(borrow(window, size), in.seed != 0 ? in.seed : 1,
                    [&in](double fraction, const char *what) { report(in, fraction, what); });
  });
}

recveil_status recveil_screen_write(recveil_engine *engine, recveil_write_fn write,
                                    void *ctx) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, e.update->detector_bytes());
  });
}

recveil_status recveil_screen_publish(recveil_engine *engine, const void *detector,
                                      size_t size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const auto *bytes = static_cast<const char *>(detector);
    abi::check_array(bytes, size, "detector");
    e.update->publish(std::string_view(bytes, size));
  });
}

recveil_status recveil_screen_svm_write(recveil_engine *engine, recveil_write_fn write,
                                        void *ctx) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, e.update->svm_text());
  });
}

recveil_status recveil_screen_svm_read(recveil_engine *engine, const char *model,
                                       size_t size) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(model, size, "model");
    e.update->publish_svm({model, size});
  });
}

recveil_status recveil_screen(recveil_engine *engine, const recveil_screen_accounts *accounts,
                              recveil_screen_trigger trigger,
                              recveil_screen_result *result) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const hooks::HostAccounts in = adopt_accounts(accounts);
    distinct(in.users);
    abi::require(trigger >= RECVEIL_TRIGGER_NEW && trigger <= RECVEIL_TRIGGER_BATCH,
                 "trigger: not a RECVEIL_TRIGGER_*");
    const recveil_screen_result defaults = RECVEIL_SCREEN_RESULT_INIT;
    recveil_screen_result out =
        abi::adopt(result, defaults, sizeof(recveil_screen_result), "result");
    no_flags(out.flags, "result");
    abi::require(out.reserved == 0, "result.reserved: must be 0");
    const std::size_t n = in.size();
    abi::check_array(out.verdicts, n, "result.verdicts");
    if (out.scores != nullptr) abi::check_array(out.scores, n, "result.scores");
    if (out.reasons != nullptr) abi::check_array(out.reasons, n, "result.reasons");
    const hooks::BatchResult batch =
        e.update->screen(in, static_cast<ScreenTrigger>(trigger - RECVEIL_TRIGGER_NEW));
    for (std::size_t u = 0; u < n; ++u) {
      out.verdicts[u] = static_cast<recveil_screen_verdict>(1 + int(batch.verdicts[u].decision));
      if (out.scores != nullptr) out.scores[u] = batch.verdicts[u].score;
      if (out.reasons != nullptr) out.reasons[u] = batch.verdicts[u].reasons;
      if (out.accepted != nullptr) out.accepted[u] = batch.accepted[u];
    }
    out.n_accepted = batch.counts[std::size_t(ScreenDecision::accept)];
    out.n_quarantined = batch.counts[std::size_t(ScreenDecision::quarantine)];
    out.n_deferred = batch.counts[std::size_t(ScreenDecision::defer)];
    out.detector_version = batch.detector_version;
    out.enforced = batch.enforced ? 1 : 0;
    abi::give(result, out);
  });
}

const char *recveil_screen_reason_text(uint32_t reason) noexcept {
  if (reason == RECVEIL_SCREEN_OVERTURNED) return "a review overturned this evidence before";
  const char *text = defense::reason_text(reason);
  return text != nullptr ? text : "unknown reason";
}

recveil_status recveil_screen_review(recveil_engine *engine, const recveil_user *users,
                                     size_t count, recveil_review verdict) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(users, count, "users");
    abi::require(verdict == RECVEIL_REVIEW_CONFIRMED || verdict == RECVEIL_REVIEW_OVERTURNED,
                 "verdict: not a RECVEIL_REVIEW_*");
    e.update->review({users, count}, static_cast<Review>(verdict - RECVEIL_REVIEW_CONFIRMED));
  });
}

recveil_status recveil_screen_accepted(recveil_engine *engine, const recveil_user *users,
                                       size_t count, uint8_t *mask) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(users, count, "users");
    abi::check_array(mask, count, "mask");
    e.update->accepted({users, count}, {mask, count});
  });
}

recveil_status recveil_screen_get_info(recveil_engine *engine, recveil_screen_info *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_struct(out, sizeof(recveil_screen_info), alignof(recveil_screen_info),
                      "screen_info");
    const auto view = e.update->view();
    recveil_screen_info info = RECVEIL_SCREEN_INFO_INIT;
    info.enforced = view->policy.mode == ScreenMode::enforce ? 1 : 0;
    info.detector_version = view->trained.version;
    info.trained = view->trained.trained;
    if (view->trained.detector) {
      info.training_accounts = view->trained.detector->accounts;
      info.support_vectors = view->trained.detector->detector.support_vectors();
    }
    info.training_seconds = view->trained.seconds;
    info.batches = view->state.batches;
    info.flagged = view->state.reviews.flagged();
    info.overturned = view->state.reviews.overturned();
    abi::give(out, info);
  });
}

}  // extern "C"
