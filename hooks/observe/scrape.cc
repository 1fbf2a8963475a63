#include "hooks/observe/scrape.h"

#include <array>

#include "hooks/observe/audit_metrics.h"
#include "hooks/observe/forget_metrics.h"
#include "hooks/observe/screen_metrics.h"

namespace recveil::hooks {
namespace {

constexpr std::array<const char *, kPopulations> kPopulationNames{
    "member", "nonmember", "quarantined", "erased", "everybody"};
constexpr std::array<const char *, kOutcomes> kOutcomeNames{"passthrough", "randomized", "popular",
                                                            "refused",     "failsafe",   "folded"};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void serving(metrics::Exposition &out, const metrics::CounterTotals &totals) {
  for (std::size_t p = 0; p < kPopulations; ++p) {
    for (std::size_t o = 0; o < kOutcomes; ++o) {
      out.counter("recveil_serving_requests_total",
                  "Requests routed, by who asked and what was decided; with serving.dry_run what "
                  "would have been decided.",
                  {{"population", kPopulationNames[p]}, {"outcome", kOutcomeNames[o]}},
                  number(totals.requests[p][o]));
    }
  }
  constexpr std::array<const char *, 2> kOrigins{"host", "pool"};
  for (std::size_t i = 0; i < kOrigins.size(); ++i) {
    out.counter("recveil_serving_items_total", "Items served, by where they came from.",
                {{"origin", kOrigins[i]}}, number(totals.items[i]));
  }
  std::array<double, metrics::kDurationBounds.size()> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bounds[i] = number(metrics::kDurationBounds[i]) / 1e9;  // 5e-07, not 5.000000000000001e-07
  out.histogram("recveil_serving_duration_seconds",
                "Time in recveil_serve or recveil_recommend, per call.", bounds, totals.duration,
                1e-9 * number(totals.duration_ns));
}

void published(metrics::Exposition &out, const ServeHook::Session &session) {
  const ServeState &state = session.state();
  const Pool *pool = state.newest();
  out.gauge("recveil_popularity_pool_items", "Items in the newest pool.", {},
            pool != nullptr ? number(pool->items.size()) : 0);
  out.gauge("recveil_popularity_pool_wanted_items",
            "Items the newest pool should have: list_length / ratio.", {},
            pool != nullptr ? number(pool->wanted) : 0);
  out.gauge("recveil_popularity_pool_list_length", "Places of the longest list drawn from it.", {},
            pool != nullptr ? number(pool->list_length) : 0);
  out.gauge("recveil_popularity_pool_version", "Version of the newest pool; 0 for none.", {},
            pool != nullptr ? number(pool->version) : 0);
  out.gauge("recveil_popularity_pool_epoch", "The epoch that keys the draws now.", {},
            session.epoch_now());
  out.gauge("recveil_popularity_pool_updated_timestamp_seconds",
            "When the newest pool was published; 0 for never.", {},
            pool != nullptr ? number(pool->published) : 0);
  constexpr std::array<const char *, kUserSets> kSets{"members", "quarantined", "erased"};
  for (std::size_t i = 0; i < kSets.size(); ++i) {
    out.gauge("recveil_serving_users", "Users in each published set.", {{"set", kSets[i]}},
              number(state.users[i].size()));
  }
  out.gauge("recveil_serving_state_version", "Publications taken over so far.", {},
            number(state.version));
  out.gauge("recveil_serving_dry_run", "1 while decisions are only counted.", {},
            session.policy().dry_run ? 1 : 0);
  const FoldSet *folds = session.folds(0);
  out.gauge("recveil_fold_model_version", "Version of the newest models of folds; 0 for none.", {},
            folds != nullptr ? number(folds->version) : 0);
  out.gauge("recveil_fold_models_updated_timestamp_seconds",
            "When the newest models of folds were published to this process; 0 for never.", {},
            folds != nullptr ? number(folds->published) : 0);
  out.gauge("recveil_fold_erasures", "Users with a standing erasure, in this process.", {},
            number(session.standing_erasures()));
  out.gauge("recveil_fold_erasures_version",
            "Version of the models that the newest maps of standing erasures are for; 0 for none.",
            {}, number(session.erasures_version()));
  const bool nobody = session.policy().folds_in() ? folds == nullptr : !state.has_members;
  out.gauge("recveil_failsafe_active",
            "1 while requests are answered as serving.on_error says: no pool, a stale pool, no "
            "member set or, with cross_fit or private, no models.",
            {}, pool == nullptr || session.pool_stale() || nobody ? 1 : 0);
}

// There only where items are watched.
void watched(metrics::Exposition &out, const metrics::CounterTotals &totals, std::size_t items) {
  if (items == 0) return;
  constexpr std::array<const char *, kWatchOutcomes> kOutcomes{"unchanged", "changed", "held",
                                                               "not_compared"};
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    out.counter("recveil_watch_publications_total",
                "Models of folds compared with the last ones for serving.watch_items; changed: a "
                "watched item changed more than ordinary ones; held: and they were not published.",
                {{"outcome", kOutcomes[i]}}, number(totals.watched[i]));
  }
  out.gauge("recveil_watch_items", "Items in serving.watch_items.", {}, number(items));
}

}  // namespace

metrics::Exposition scrape(const ServeHook &hook, const UpdateHook &update,
                           const metrics::Counters &counters, const metrics::AuditResults &audits,
                           const metrics::ForgetCounters &forget, const Host &host,
                           const char *version, const char *(*status_name)(std::int32_t)) {
  metrics::Exposition out;
  const metrics::CounterTotals totals = counters.totals();
  out.gauge("recveil_build_info", "The library in use; always 1.", {{"version", version}}, 1);
  serving(out, totals);
  constexpr std::array<const char *, 2> kRotations{"ok", "rejected"};
  for (std::size_t i = 0; i < kRotations.size(); ++i) {
    out.counter("recveil_popularity_pool_rotations_total", "Pools published by these processes.",
                {{"outcome", kRotations[i]}}, number(totals.rotations[i]));
  }
  for (std::size_t i = 0; i < kRotations.size(); ++i) {
    out.counter("recveil_fold_rotations_total", "Models of folds published by these processes.",
                {{"outcome", kRotations[i]}}, number(totals.fold_rotations[i]));
  }
  watched(out, totals, hook.session().policy().watch_items.items.size());
  published(out, hook.session());
  expose_screening(update, totals, out);
  for (std::size_t code = 1; code < 15; ++code) {
    out.counter("recveil_api_errors_total", "Calls that failed, by status.",
                {{"code", status_name(-static_cast<std::int32_t>(code))}},
                number(totals.errors[code]));
  }
  out.counter("recveil_callback_errors_total", "Callbacks of the host that threw, in this process.",
              {}, number(host.callback_errors()));
  expose_audits(audits, totals, out);
  expose_forget(forget.totals(), out);
  return out;
}

}  // namespace recveil::hooks
