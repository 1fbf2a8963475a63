// The journal of deletion requests for C++17 and later: a handle that closes itself.
#ifndef RECVEIL_FORGET_HPP
#define RECVEIL_FORGET_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recveil/engine.hpp"

namespace recveil {

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
