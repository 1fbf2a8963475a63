// Plan, apply, ack: a host's table against the journal.
#include <algorithm>
#include <string>

#include "abi/callbacks.h"
#include "abi/erase.h"
#include "abi/forget.h"
#include "core/error.h"

namespace {

using namespace recveil;

static_assert(RECVEIL_ROW_SKIP == static_cast<int>(journal::RowAction::skip));
static_assert(RECVEIL_ROW_MAP == static_cast<int>(journal::RowAction::map));
static_assert(RECVEIL_ROW_RESURRECTED == static_cast<int>(journal::RowAction::resurrected));

hooks::ForgetTable table_of(const recveil_forget_table *given) {
  const recveil_forget_table defaults = RECVEIL_FORGET_TABLE_INIT;
  const recveil_forget_table in = abi::adopt(given, defaults, sizeof defaults, "forget_table");
  if (in.flags != 0) throw Error(Status::unsupported, "forget_table.flags: must be 0");
  hooks::ForgetTable out;
  abi::require(in.name != nullptr && *in.name != '\0', "forget_table.name: is NULL or empty");
  out.name = in.name;
  abi::require(in.model_version != 0, "forget_table.model_version: is 0");
  out.model_version = in.model_version;
  abi::require(in.n_attributes <= defense::kMaxAttributes,
               "forget_table.n_attributes: must be at most 16");
  out.attributes = abi::names_of(in.attributes, in.n_attributes, "forget_table.attributes");
  out.rows = abi::adopt_rows(in.rows);
  abi::check_array(in.subjects, out.rows.rows(), "forget_table.subjects");
  out.subjects = abi::subjects_of(in.subjects, out.rows.rows());
  if (in.users != nullptr) {
    abi::check_array(in.users, out.rows.rows(), "forget_table.users");
    out.users = {in.users, out.rows.rows()};
  }
  auto names = out.attributes;
  std::sort(names.begin(), names.end());
  abi::require(std::adjacent_find(names.begin(), names.end()) == names.end(),
               "forget_table.attributes: has a duplicate");
  return out;
}

void check_map(const hooks::ForgetTable &table, const defense::ErasureMap &map) {
  abi::require(map.d() == table.rows.d(), "map: has another number of columns than the table");
  const auto attributes = map.attributes();
  abi::require(attributes.size() == table.attributes.size(),
               "map: has another number of attributes than the table");
  for (std::size_t a = 0; a < attributes.size(); ++a) {
    // A map fitted without names has numbers.
    const std::string &name = attributes[a].name;
    if (name != table.attributes[a] && name != std::to_string(a)) {
      throw Error(Status::argument,
                  "map: its attribute " + std::to_string(a) + " is not the table's");
    }
  }
}

}  // namespace

extern "C" {

recveil_status recveil_forget_plan(recveil_forget *forget, const recveil_forget_table *table,
                                   recveil_forget_plan_rows *out,
                                   const recveil_progress *progress) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    const abi::LongCall call(progress);
    const hooks::ForgetTable given = table_of(table);
    const recveil_forget_plan_rows defaults = RECVEIL_FORGET_PLAN_ROWS_INIT;
    recveil_forget_plan_rows plan = abi::adopt(out, defaults, sizeof defaults, "forget_plan_rows");
    if (plan.flags != 0) throw Error(Status::unsupported, "forget_plan_rows.flags: must be 0");
    abi::check_array(plan.rows, plan.capacity, "forget_plan_rows.rows");
    if (plan.actions != nullptr) {
      abi::check_array(plan.actions, plan.capacity, "forget_plan_rows.actions");
    }
    if (plan.attributes != nullptr) {
      abi::check_array(plan.attributes, plan.capacity, "forget_plan_rows.attributes");
    }
    if (plan.asked != nullptr) {
      abi::check_array(plan.asked, plan.capacity, "forget_plan_rows.asked");
    }
    const auto rows = f.hook->plan(given);
    plan.n_rows = rows.size();
    plan.n_unlisted = static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [](const auto &row) { return row.unlisted; }));
    abi::give(out, plan);
    if (rows.size() > plan.capacity) {
      throw Error(Status::buffer, "forget_plan_rows.capacity: is " + std::to_string(plan.capacity) +
                                      ", needed are " + std::to_string(rows.size()));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      plan.rows[i] = rows[i].row;
      if (plan.actions != nullptr)
        plan.actions[i] = static_cast<recveil_row_action>(rows[i].action);
      if (plan.attributes != nullptr) plan.attributes[i] = rows[i].attributes;
      if (plan.asked != nullptr) plan.asked[i] = rows[i].asked;
    }
  });
}

recveil_status recveil_forget_apply(recveil_forget *forget, const recveil_forget_table *table,
                                    const size_t *rows, size_t n, const recveil_erase_map *map,
                                    const int32_t *classes, recveil_forget_applied *out,
                                    const recveil_progress *progress) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    const abi::LongCall call(progress);
    abi::check_struct(out, sizeof(recveil_forget_applied), alignof(recveil_forget_applied),
                      "forget_applied");
    const hooks::ForgetTable given = table_of(table);
    if (map != nullptr) {
      check_map(given, *map->map);
      abi::require(!map->map->needs_users() || !given.users.empty() || given.rows.rows() == 0,
                   "forget_table.users: is NULL, and the map places users who share a row");
    }
    if (rows != nullptr) {
      abi::check_array(rows, n, "rows");
      const size_t *bad =
          std::find_if(rows, rows + n, [&](size_t r) { return r >= given.rows.rows(); });
      if (bad != rows + n) {
        throw Error(Status::argument, "rows: " + std::to_string(*bad) + " is not below " +
                                          std::to_string(given.rows.rows()));
      }
    }
    const std::size_t count = rows != nullptr ? n : given.rows.rows();
    std::span<const std::int32_t> told;
    if (classes != nullptr) {
      abi::check_array(classes, count * given.attributes.size(), "classes");
      told = {classes, count * given.attributes.size()};
    }
    hooks::Applied done;
    if (count > 0) {
      done = f.hook->apply(given, {rows, rows != nullptr ? n : 0},
                           map != nullptr ? map->map.get() : nullptr, told);
    }
    recveil_forget_applied result = RECVEIL_FORGET_APPLIED_INIT;
    result.attempt = done.attempt;
    result.n_mapped = done.mapped + done.emptied;
    result.n_skipped = done.skipped;
    result.n_no_class = done.no_class;
    result.n_wrong_map = done.wrong_map;
    result.n_resurrected = done.resurrected;
    result.shift = done.shift;
    if (result.n_mapped > 0) result.stale = RECVEIL_STALE_ALL;
    abi::give(out, result);
  });
}

recveil_status recveil_forget_ack(recveil_forget *forget, uint64_t attempt,
                                  const recveil_forget_table *table, recveil_forget_acked *out,
                                  const recveil_progress *progress) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    const abi::LongCall call(progress);
    abi::check_struct(out, sizeof(recveil_forget_acked), alignof(recveil_forget_acked),
                      "forget_acked");
    abi::require(attempt != 0, "attempt: is 0");
    const hooks::ForgetTable given = table_of(table);
    const auto acked = f.hook->ack(attempt, given);
    recveil_forget_acked result = RECVEIL_FORGET_ACKED_INIT;
    result.n_confirmed = acked.result.confirmed;
    result.n_unwritten = acked.result.unwritten;
    result.n_resurrected = acked.result.resurrected;
    result.n_unknown = acked.result.unknown;
    result.n_left = acked.result.rows_left;
    result.n_verifying = acked.verifying;
    abi::give(out, result);
  });
}

}  // extern "C"
