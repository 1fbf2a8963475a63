// The engine for C++17 and later: a handle that closes itself, and errors as exceptions.
#ifndef RECVEIL_ENGINE_HPP
#define RECVEIL_ENGINE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recveil/api.hpp"

namespace recveil {

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

}  // namespace recveil

#endif
