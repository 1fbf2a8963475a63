// Recveil for C++17 and later: handles that close themselves, and errors as exceptions.
// Header-only, over the C functions; link librecveil, or load it with recveil/loader.hpp.
#ifndef RECVEIL_RECVEIL_HPP
#define RECVEIL_RECVEIL_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recveil/recveil.h"

// Every function of the C ABI, for code that needs them all.
#define RECVEIL_FOR_EACH_FUNCTION(X) \
  X(abi_version)                     \
  X(audit_attributes)                \
  X(audit_lists)                     \
  X(audit_run)                       \
  X(buffer_bytes)                    \
  X(buffer_clear)                    \
  X(buffer_close)                    \
  X(buffer_open)                     \
  X(buffer_write)                    \
  X(config_check)                    \
  X(decoys)                          \
  X(decoys_fit)                      \
  X(engine_close)                    \
  X(engine_get_info)                 \
  X(engine_open)                     \
  X(engine_open_file)                \
  X(engine_refresh)                  \
  X(engine_reload)                   \
  X(engine_reload_file)              \
  X(engine_start)                    \
  X(erase_apply)                     \
  X(erase_apply_users)               \
  X(erase_fit)                       \
  X(erase_fit_stats)                 \
  X(erase_map_close)                 \
  X(erase_map_get_class)             \
  X(erase_map_get_info)              \
  X(erase_map_open)                  \
  X(erase_map_write)                 \
  X(erase_method_name)               \
  X(erase_stats_add)                 \
  X(erase_stats_check)               \
  X(erase_stats_init)                \
  X(erase_stats_merge)               \
  X(erase_stats_size)                \
  X(fold_in)                         \
  X(fold_in_batch)                   \
  X(fold_of)                         \
  X(fold_rank)                       \
  X(fold_scratch_size)               \
  X(folds_of)                        \
  X(forget_ack)                      \
  X(forget_apply)                    \
  X(forget_change)                   \
  X(forget_close)                    \
  X(forget_complete)                 \
  X(forget_evidence)                 \
  X(forget_list)                     \
  X(forget_open)                     \
  X(forget_owes)                     \
  X(forget_plan)                     \
  X(forget_public_key)               \
  X(forget_purge)                    \
  X(forget_receipt)                  \
  X(forget_shred)                    \
  X(forget_status)                   \
  X(forget_submit)                   \
  X(forget_unmatched)                \
  X(forget_verify)                   \
  X(forget_withdraw)                 \
  X(has_feature)                     \
  X(key_generate)                    \
  X(last_error)                      \
  X(metrics_set_audit)               \
  X(metrics_write)                   \
  X(pool_read)                       \
  X(publish_erasures)                \
  X(publish_folds)                   \
  X(publish_popularity)              \
  X(publish_screen_model)            \
  X(publish_users)                   \
  X(receipt_verify)                  \
  X(recommend)                       \
  X(recommend_batch)                 \
  X(route)                           \
  X(route_batch)                     \
  X(screen)                          \
  X(screen_accepted)                 \
  X(screen_get_info)                 \
  X(screen_model_write)              \
  X(screen_reason_text)              \
  X(screen_review)                   \
  X(screen_train)                    \
  X(screen_window_add)               \
  X(screen_window_check)             \
  X(screen_window_init)              \
  X(screen_window_merge)             \
  X(screen_window_size)              \
  X(serve)                           \
  X(serve_batch)                     \
  X(stale_name)                      \
  X(status_name)                     \
  X(subjects_from_bytes)             \
  X(user_from_bytes)                 \
  X(users_from_bytes)                \
  X(version)

namespace recveil {

// The functions of a library, linked or loaded. An Engine keeps its Api, and so the library, alive.
struct Api {
#define RECVEIL_MEMBER(name) decltype(&recveil_##name) name = nullptr;
  RECVEIL_FOR_EACH_FUNCTION(RECVEIL_MEMBER)
#undef RECVEIL_MEMBER
  std::shared_ptr<void> library;  // what must stay loaded
};

// The library this program was linked with. Using it needs -lrecveil.
inline std::shared_ptr<const Api> linked() {
  auto api = std::make_shared<Api>();
#define RECVEIL_TAKE(name) api->name = &recveil_##name;
  RECVEIL_FOR_EACH_FUNCTION(RECVEIL_TAKE)
#undef RECVEIL_TAKE
  return api;
}

// A call that failed: its status, and the library's text in what().
class StatusError : public std::runtime_error {
 public:
  StatusError(recveil_status status, const std::string &text)
      : std::runtime_error(text), status_(status) {}
  recveil_status status() const noexcept { return status_; }

 private:
  recveil_status status_;
};

inline void check(const Api &api, recveil_status status) {
  if (status != RECVEIL_OK) throw StatusError(status, api.last_error());
}

// An engine. Movable; as thread-safe as the C functions.
class Engine {
 public:
  // From a configuration file, with the library that this program was linked with.
  explicit Engine(const std::string &path, const recveil_engine_options *options = nullptr)
      : Engine(open_file(linked(), path, options)) {}

  static Engine open(std::shared_ptr<const Api> api, std::string_view yaml,
                     const recveil_engine_options *options = nullptr) {
    recveil_engine *engine = nullptr;
    check(*api, api->engine_open(yaml.data(), yaml.size(), options, &engine));
    return Engine(std::move(api), engine);
  }
  static Engine open_file(std::shared_ptr<const Api> api, const std::string &path,
                          const recveil_engine_options *options = nullptr) {
    recveil_engine *engine = nullptr;
    check(*api, api->engine_open_file(path.c_str(), options, &engine));
    return Engine(std::move(api), engine);
  }

  // counts[i]: members who interacted with item i.
  void publish_popularity(const std::vector<std::uint64_t> &counts) {
    recveil_popularity popularity = RECVEIL_POPULARITY_INIT;
    popularity.counts = counts.data();
    popularity.n_items = counts.size();
    check(*api_, api_->publish_popularity(engine_.get(), &popularity));
  }
  void publish_users(recveil_user_set set, recveil_set_change change,
                     const std::vector<recveil_user> &users) {
    check(*api_, api_->publish_users(engine_.get(), set, change, users.data(), users.size()));
  }
  // Items of the pool by position; version 0: the newest.
  std::vector<std::uint32_t> pool(std::uint64_t version = 0) const {
    std::size_t n_items = 0;
    check(*api_, api_->pool_read(engine_.get(), version, nullptr, 0, &n_items, &version));
    std::vector<std::uint32_t> items(n_items);
    check(*api_,
          api_->pool_read(engine_.get(), version, items.data(), items.size(), nullptr, nullptr));
    return items;
  }

  recveil_decision route(recveil_user user,
                         recveil_membership membership = RECVEIL_MEMBERSHIP_ASK) const {
    recveil_request request = RECVEIL_REQUEST_INIT;
    request.user = user;
    request.membership = membership;
    return route(request);
  }
  recveil_decision route(const recveil_request &request) const {
    recveil_decision decision = RECVEIL_DECISION_INIT;
    check(*api_, api_->route(engine_.get(), &request, &decision));
    return decision;
  }
  // Positions of one page; decision.path says of which list.
  std::vector<std::uint32_t> serve(const recveil_decision &decision,
                                   const recveil_page &page) const {
    std::vector<std::uint32_t> positions(page.k);
    recveil_slate slate = RECVEIL_SLATE_INIT;
    slate.positions = positions.data();
    check(*api_, api_->serve(engine_.get(), &decision, &page, &slate));
    positions.resize(slate.n_filled);
    return positions;
  }

  static recveil_history history_of(const std::vector<std::uint32_t> &items) {
    recveil_history out = RECVEIL_HISTORY_INIT;
    out.items = items.data();
    out.n_items = items.size();
    return out;
  }

  // The fold whose model never sees this person, in [0, serving.folds).
  std::uint16_t fold_of(recveil_user person) const {
    std::uint16_t out = 0;
    check(*api_, api_->fold_of(engine_.get(), person, &out));
    return out;
  }
  std::vector<std::uint16_t> folds_of(const std::vector<recveil_user> &persons) const {
    std::vector<std::uint16_t> out(persons.size());
    check(*api_, api_->folds_of(engine_.get(), persons.data(), persons.size(), out.data()));
    return out;
  }
  void publish_folds(const recveil_folds &folds) {
    check(*api_, api_->publish_folds(engine_.get(), &folds));
  }
  // d: that of the models.
  std::vector<float> fold_in(const recveil_decision &decision,
                             const std::vector<std::uint32_t> &history, std::size_t d) const {
    const recveil_history known = history_of(history);
    std::vector<float> row(d);
    check(*api_, api_->fold_in(engine_.get(), &decision, &known, row.data(), d, nullptr, 0));
    return row;
  }
  // The k best items; none on a path other than FOLD.
  std::vector<std::uint32_t> fold_rank(const recveil_decision &decision,
                                       const std::vector<std::uint32_t> &history,
                                       std::size_t k) const {
    const recveil_history known = history_of(history);
    std::vector<std::uint32_t> items(k);
    std::size_t n_ranked = 0;
    check(*api_, api_->fold_rank(engine_.get(), &decision, &known, k, items.data(), nullptr,
                                 &n_ranked, nullptr, nullptr, 0));
    items.resize(n_ranked);
    return items;
  }

  struct Recommendation {
    recveil_decision decision = RECVEIL_DECISION_INIT;  // the path taken, and the page token
    std::vector<std::uint32_t> items;
    std::vector<float> scores;
  };
  // The page of a user; recveil_recommend() takes your arrays and scratch.
  Recommendation recommend(const recveil_recommend_request &request) const {
    Recommendation out;
    out.items.resize(request.k);
    out.scores.resize(request.k);
    std::size_t n_filled = 0;
    check(*api_, api_->recommend(engine_.get(), &request, &out.decision, out.items.data(),
                                 out.scores.data(), &n_filled, nullptr, 0));
    out.items.resize(n_filled);
    out.scores.resize(n_filled);
    return out;
  }
  Recommendation recommend(recveil_user user, const std::vector<std::uint32_t> &history,
                           std::uint32_t k, std::uint32_t offset = 0) const {
    recveil_recommend_request request = RECVEIL_RECOMMEND_REQUEST_INIT;
    request.user = user;
    request.history = history_of(history);
    request.offset = offset;
    request.k = k;
    return recommend(request);
  }
  // The page that continues `page`.
  Recommendation recommend_more(recveil_recommend_request request,
                                const recveil_decision &page) const {
    request.epoch = page.epoch;
    request.pool_version = page.pool_version;
    request.model_version = page.model_version;
    return recommend(request);
  }

  // Trains a screening model on a window (recveil_screen_window_*) and publishes it.
  void train_screening(const std::vector<unsigned char> &window,
                       const recveil_screen_training *training = nullptr) {
    check(*api_, api_->screen_train(engine_.get(), window.data(), window.size(), training));
  }
  std::vector<recveil_screen_verdict> screen(
      const recveil_screen_accounts &accounts, recveil_screen_trigger trigger,
      recveil_screen_result result = RECVEIL_SCREEN_RESULT_INIT) {
    std::vector<recveil_screen_verdict> verdicts(accounts.n_accounts);
    result.verdicts = verdicts.data();
    check(*api_, api_->screen(engine_.get(), &accounts, trigger, nullptr, &result));
    return verdicts;
  }
  void review(const std::vector<recveil_user> &users, recveil_review verdict) {
    check(*api_, api_->screen_review(engine_.get(), users.data(), users.size(), verdict));
  }
  // 1 for each user who is not quarantined.
  std::vector<std::uint8_t> accepted(const std::vector<recveil_user> &users) const {
    std::vector<std::uint8_t> mask(users.size());
    check(*api_, api_->screen_accepted(engine_.get(), users.data(), users.size(), mask.data()));
    return mask;
  }
  recveil_screen_info screen_info() const {
    recveil_screen_info out = RECVEIL_SCREEN_INFO_INIT;
    check(*api_, api_->screen_get_info(engine_.get(), &out));
    return out;
  }

  recveil_subject subject(std::string_view id) const {
    recveil_subject out{};
    const std::size_t offsets[] = {0, id.size()};
    check(*api_, api_->subjects_from_bytes(engine_.get(), id.data(), offsets, 1, &out));
    return out;
  }
  recveil_user user(std::string_view id) const {
    recveil_user out = 0;
    check(*api_, api_->user_from_bytes(engine_.get(), id.data(), id.size(), &out));
    return out;
  }
  recveil_engine_info info() const {
    recveil_engine_info out = RECVEIL_ENGINE_INFO_INIT;
    check(*api_, api_->engine_get_info(engine_.get(), &out));
    return out;
  }
  std::string metrics() const {
    std::string text;
    check(*api_, api_->metrics_write(engine_.get(), append, &text));
    return text;
  }
  void set_audit(const recveil_audit_result &result) {
    check(*api_, api_->metrics_set_audit(engine_.get(), &result));
  }
  void start() { check(*api_, api_->engine_start(engine_.get())); }
  void reload(std::string_view yaml) {
    check(*api_, api_->engine_reload(engine_.get(), yaml.data(), yaml.size()));
  }
  bool refresh() {
    std::uint32_t changed = 0;
    check(*api_, api_->engine_refresh(engine_.get(), &changed));
    return changed != 0;
  }

  recveil_engine *get() const noexcept { return engine_.get(); }
  const Api &api() const noexcept { return *api_; }
  const std::shared_ptr<const Api> &shared_api() const noexcept { return api_; }

  // A recveil_write_fn that appends to the std::string at ctx.
  static std::int32_t append(void *ctx, const char *bytes, std::size_t n) {
    static_cast<std::string *>(ctx)->append(bytes, n);
    return 0;
  }

 private:
  Engine(std::shared_ptr<const Api> api, recveil_engine *engine)
      : api_(std::move(api)), engine_(engine, api_->engine_close) {}

  std::shared_ptr<const Api> api_;  // outlives engine_: declared first
  std::unique_ptr<recveil_engine, void (*)(recveil_engine *)> engine_;
};

// A journal of deletion requests. Movable; keeps its engine alive.
class Forget {
 public:
  // flags: RECVEIL_FORGET_READ_ONLY, ...
  static Forget open(const Engine &engine, std::uint32_t flags = 0) {
    recveil_forget_options options = RECVEIL_FORGET_OPTIONS_INIT;
    options.flags = flags;
    recveil_forget *forget = nullptr;
    check(engine.api(), engine.api().forget_open(engine.get(), &options, &forget));
    return Forget(engine.shared_api(), forget);
  }

  recveil_forget_accepted submit(const recveil_forget_request &request) {
    const recveil_forget_request *const all[] = {&request};
    recveil_forget_accepted result = 0;
    check(*api_, api_->forget_submit(forget_.get(), all, 1, &result));
    return result;
  }
  void change(recveil_forget_id id, recveil_forget_change_kind kind, const char *reason = nullptr) {
    check(*api_, api_->forget_change(forget_.get(), id, kind, reason));
  }
  recveil_forget_info status(recveil_forget_id id) const {
    recveil_forget_info out = RECVEIL_FORGET_INFO_INIT;
    check(*api_, api_->forget_status(forget_.get(), id, &out));
    return out;
  }
  // All requests in a state, oldest first; 0: in any.
  std::vector<recveil_forget_id> list(recveil_forget_state state = 0) const {
    std::vector<recveil_forget_id> out;
    std::uint64_t cursor = 0;
    do {
      recveil_forget_id page[256];
      std::size_t count = 0;
      check(*api_, api_->forget_list(forget_.get(), state, &cursor, page, 256, &count));
      out.insert(out.end(), page, page + count);
    } while (cursor != 0);
    return out;
  }

  struct Row {
    std::size_t row;
    recveil_row_action action;
    std::uint16_t attributes, asked;
  };
  // n_unlisted: rows that owe what the table does not name; may be null.
  std::vector<Row> plan(const recveil_forget_table &table,
                        std::size_t *n_unlisted = nullptr) const {
    const std::size_t n = table.rows->n_rows;
    std::vector<std::size_t> rows(n);
    std::vector<recveil_row_action> actions(n);
    std::vector<std::uint16_t> attributes(n), asked(n);
    recveil_forget_plan_rows plan = RECVEIL_FORGET_PLAN_ROWS_INIT;
    plan.capacity = n;
    plan.rows = rows.data();
    plan.actions = actions.data();
    plan.attributes = attributes.data();
    plan.asked = asked.data();
    check(*api_, api_->forget_plan(forget_.get(), &table, &plan, nullptr));
    if (n_unlisted != nullptr) *n_unlisted = plan.n_unlisted;
    std::vector<Row> out;
    for (std::size_t i = 0; i < plan.n_rows; ++i) {
      out.push_back({rows[i], actions[i], attributes[i], asked[i]});
    }
    return out;
  }
  // Received and applying requests that name nobody among the subjects.
  std::vector<recveil_forget_id> unmatched(const std::vector<recveil_subject> &subjects) const {
    std::size_t n = 0;
    check(*api_,
          api_->forget_unmatched(forget_.get(), subjects.data(), subjects.size(), nullptr, 0, &n));
    std::vector<recveil_forget_id> out(n);
    check(*api_, api_->forget_unmatched(forget_.get(), subjects.data(), subjects.size(), out.data(),
                                        out.size(), &n));
    out.resize(std::min(n, out.size()));
    return out;
  }
  // All rows of the table; classes: rows x attributes, or null.
  recveil_forget_applied apply(const recveil_forget_table &table, const recveil_erase_map *map,
                               const std::int32_t *classes) {
    recveil_forget_applied out = RECVEIL_FORGET_APPLIED_INIT;
    check(*api_,
          api_->forget_apply(forget_.get(), &table, nullptr, 0, map, classes, &out, nullptr));
    return out;
  }
  recveil_forget_acked ack(std::uint64_t attempt, const recveil_forget_table &table) {
    recveil_forget_acked out = RECVEIL_FORGET_ACKED_INIT;
    check(*api_, api_->forget_ack(forget_.get(), attempt, &table, &out, nullptr));
    return out;
  }
  // For every request that is verifying. The number that go on to publishing.
  // evidence: null if they need none.
  std::size_t evidence(const recveil_attribute_evidence *evidence) {
    std::size_t n_advanced = 0;
    check(*api_, api_->forget_evidence(forget_.get(), nullptr, 0, evidence, &n_advanced));
    return n_advanced;
  }
  // The signed receipt.
  std::string complete(recveil_forget_id id, const recveil_forget_facts &facts) {
    std::string text;
    check(*api_, api_->forget_complete(forget_.get(), id, &facts, Engine::append, &text));
    return text;
  }
  std::string receipt(recveil_forget_id id) const {
    std::string text;
    check(*api_, api_->forget_receipt(forget_.get(), id, Engine::append, &text));
    return text;
  }

  recveil_forget *get() const noexcept { return forget_.get(); }
  const Api &api() const noexcept { return *api_; }

 private:
  Forget(std::shared_ptr<const Api> api, recveil_forget *forget)
      : api_(std::move(api)), forget_(forget, api_->forget_close) {}

  std::shared_ptr<const Api> api_;  // outlives forget_: declared first
  std::unique_ptr<recveil_forget, void (*)(recveil_forget *)> forget_;
};

}  // namespace recveil

#endif
