#include "recveil/metrics.h"

#include <cmath>
#include <string>

#include "abi/adopt.h"
#include "abi/engine.h"
#include "core/error.h"
#include "hooks/observe/audit_metrics.h"
#include "hooks/observe/private_metrics.h"
#include "hooks/observe/scrape.h"

// The constants of the C header are those used inside.
static_assert(RECVEIL_ATTACK_MEMBERSHIP == int(recveil::metrics::Attack::membership));
static_assert(RECVEIL_ATTACK_INVERSION == int(recveil::metrics::Attack::inversion));
static_assert(RECVEIL_ATTACK_ATTRIBUTE == int(recveil::metrics::Attack::attribute));
static_assert(RECVEIL_ATTACK_SCREENING == int(recveil::metrics::Attack::screening));
static_assert(RECVEIL_ADVERSARY_NAIVE == int(recveil::metrics::Adversary::naive));
static_assert(RECVEIL_ADVERSARY_ADAPTIVE == int(recveil::metrics::Adversary::adaptive));
static_assert(RECVEIL_ADVERSARY_SYBIL == int(recveil::metrics::Adversary::sybil));
static_assert(RECVEIL_ADVERSARY_CROWD == int(recveil::metrics::Adversary::crowd));
static_assert(RECVEIL_VERDICT_LEAK == int(recveil::metrics::Verdict::leak));
static_assert(RECVEIL_VERDICT_NO_LEAK_FOUND == int(recveil::metrics::Verdict::no_leak_found));
static_assert(RECVEIL_VERDICT_INCONCLUSIVE == int(recveil::metrics::Verdict::inconclusive));
static_assert(RECVEIL_VERDICT_ERROR == int(recveil::metrics::Verdict::error));

namespace {

using namespace recveil;

[[noreturn]] void refuse(const char *field, const char *what) {
  throw Error(Status::argument, std::string("audit_result.") + field + ": " + what);
}

// A value of a C enum that starts at 1.
template <class Enum>
Enum word(std::uint32_t given, std::size_t count, const char *field) {
  if (given < 1 || given > count) refuse(field, "not a value of this enum");
  return static_cast<Enum>(given);
}

bool flag(std::uint32_t given, const char *field) {
  if (given > 1) refuse(field, "must be 0 or 1");
  return given == 1;
}

// NaN for "not known".
double ratio(double given, const char *field) {
  if (std::isnan(given) || given < 0) return std::nan("");
  if (given > 1) refuse(field, "must be at most 1");
  return given;
}

Estimate estimate(double value, double lo, double hi, const char *field) {
  const Estimate out{ratio(value, field), ratio(lo, field), ratio(hi, field)};
  if (out.lo > out.value || out.value > out.hi || out.lo > out.hi) {
    refuse(field, "is outside its interval");
  }
  return out;
}

metrics::AuditResult convert(const recveil_audit_result &given, const Host &host) {
  if (given.flags != 0) throw Error(Status::unsupported, "audit_result.flags: must be 0");
  metrics::AuditResult out{};
  out.attack = word<metrics::Attack>(given.attack, metrics::kAttacks, "attack");
  out.adversary = word<metrics::Adversary>(given.adversary, metrics::kAdversaries, "adversary");
  out.verdict = word<metrics::Verdict>(given.verdict, metrics::kVerdicts, "verdict");
  out.defended = flag(given.defended, "defended");
  out.positive_control = flag(given.positive_control, "positive_control");
  out.negative_control = flag(given.negative_control, "negative_control");
  out.members = given.n_members;
  out.non_members = given.n_non_members;
  out.auc = estimate(given.auc, given.auc_lo, given.auc_hi, "auc");
  const bool needs_auc =
      out.attack == metrics::Attack::membership || out.attack == metrics::Attack::attribute;
  const double sum = out.auc.value + out.auc.lo + out.auc.hi;
  if (needs_auc && out.verdict != metrics::Verdict::error && std::isnan(sum)) {
    refuse("auc", "and its interval must be known");
  }
  out.blind_auc = ratio(given.blind_auc, "blind_auc");
  out.tpr = estimate(given.tpr_01, given.tpr_01_lo, given.tpr_01_hi, "tpr_01");
  if (!(given.limit >= 0.5 && given.limit <= 1)) refuse("limit", "must be from .5 to 1");
  out.limit = given.limit;
  out.ndcg10_members = ratio(given.ndcg10_members, "ndcg10_members");
  out.ndcg10_non_members = ratio(given.ndcg10_non_members, "ndcg10_non_members");
  out.finished = given.finished_at != 0 ? given.finished_at : host.now();
  if (!(given.seconds >= 0) || std::isinf(given.seconds)) {
    refuse("seconds", "must be a finite number from 0");
  }
  out.seconds = given.seconds;
  out.precision = ratio(given.precision, "precision");
  out.recall = ratio(given.recall, "recall");
  out.balanced_accuracy = ratio(given.balanced_accuracy, "balanced_accuracy");
  return out;
}

}  // namespace

metrics::Exposition recveil::abi::scrape_engine(const recveil_engine &engine) {
  refresh_forget(engine);
  metrics::Exposition out =
      hooks::scrape(*engine.serve, *engine.update, engine.counters, engine.audits,
                    engine.forget_counters, *engine.host, recveil_version(),
                    [](std::int32_t status) { return recveil_status_name(status); });
  hooks::expose_private(*engine.training, out);
  return out;
}

extern "C" {

recveil_status recveil_metrics_write(recveil_engine *engine, recveil_write_fn write,
                                     void *ctx) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, abi::scrape_engine(e).text());
  });
}

recveil_status recveil_metrics_set_audit(recveil_engine *engine,
                                         const recveil_audit_result *result) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    const recveil_audit_result defaults = RECVEIL_AUDIT_RESULT_INIT;
    const recveil_audit_result given =
        abi::adopt(result, defaults, sizeof(recveil_audit_result), "audit_result");
    hooks::record_audit(convert(given, *e.host), e.counters, e.audits);
  });
}

}  // extern "C"
