// `recveil forget plan|apply`: the journal against a table in a .npy file.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "data/class_file.h"
#include "data/read_ids.h"
#include "data/row_file.h"
#include "data/whole_file.h"
#include "erase/files.h"
#include "forget/evidence.h"
#include "forget/files.h"
#include "outputs.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMinAudited = 50;  // requesters that recveil_audit_attributes asks for

// A table, whole in memory, with whose rows they are.
struct Table {
  Table(const Engine &engine, const ForgetOptions &options, const std::string &path)
      : rows(data::open_npy_rows(path)) {
    if (options.frozen_tail >= rows->cols()) {
      throw Error(Status::argument, "--frozen-tail: leaves no column");
    }
    rows->next(static_cast<std::size_t>(rows->rows()), raw);
    numbers = rows->numbers(raw, scratch);
    matrix = matrix_of(numbers, rows->cols(), options.frozen_tail);
    read_subjects(engine, options.row_ids, options.users);
    attributes = options.attributes;
    if (!options.classes.empty()) {
      const auto file = data::open_class_file(options.classes, options.attributes);
      attributes = file->names();
      file->next(raw.count, classes);
      file->finish();
    }
    for (const std::string &name : attributes) names.push_back(name.c_str());
    table.name = options.table.c_str();
    table.model_version = options.model_version;
    table.rows = &matrix;
    table.subjects = subjects.data();
    table.users = users.empty() ? nullptr : users.data();
    table.n_attributes = names.size();
    table.attributes = names.data();
  }

  // mode: how an id is a user; none: there are no users.
  void read_subjects(const Engine &engine, const std::string &path, const std::string &mode) {
    for (const std::string &id : data::read_ids(path)) {
      subjects.push_back(engine.subject(id));
      recveil_user user = 0;
      if (user_of(engine, id, mode, user)) users.push_back(user);
    }
    if (subjects.size() != raw.count) {
      throw Error(Status::data,
                  fmt::format("{}: has {} ids for {} rows", path, subjects.size(), raw.count));
    }
  }

  std::unique_ptr<data::RowFile> rows;
  data::RawRows raw;
  std::vector<float> scratch;
  std::span<float> numbers;
  recveil_matrix matrix = RECVEIL_MATRIX_INIT;
  std::vector<recveil_subject> subjects;
  std::vector<recveil_user> users;  // one a row, or none
  std::vector<std::string> attributes;
  std::vector<const char *> names;
  std::vector<std::int32_t> classes;  // rows x attributes, or empty
  recveil_forget_table table = RECVEIL_FORGET_TABLE_INIT;
};

std::vector<std::string> names_at(const Table &table, std::uint16_t bits) {
  std::vector<std::string> out;
  for (std::size_t a = 0; a < table.attributes.size(); ++a) {
    if ((std::uint32_t{bits} >> a & 1U) != 0) out.push_back(table.attributes[a]);
  }
  return out;
}

std::vector<std::uint32_t> n_classes_of(const Table &table) {
  std::vector<std::uint32_t> out(table.attributes.size(), 2);
  for (std::size_t i = 0; i < table.classes.size(); ++i) {
    auto &n = out[i % out.size()];
    n = std::max(n, static_cast<std::uint32_t>(table.classes[i] + 1));
  }
  return out;
}

// Fitted on the rows that were never erased in this model version.
ErasureMap fit(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
               const Table &table, const std::vector<Forget::Row> &plan) {
  if (table.classes.empty()) {
    throw Error(Status::argument, std::string("--classes: needed to fit the map of ") +
                                      api->erase_method_name(method_of(*api, options.method)));
  }
  std::vector<std::int32_t> known = table.classes;
  for (const Forget::Row &row : plan) {
    if (row.action == RECVEIL_ROW_MAP) continue;
    std::fill_n(known.begin() + static_cast<std::ptrdiff_t>(row.row * table.attributes.size()),
                table.attributes.size(), RECVEIL_CLASS_UNKNOWN);
  }
  const auto n_classes = n_classes_of(table);
  recveil_erase_options asked = RECVEIL_ERASE_OPTIONS_INIT;
  asked.method = method_of(*api, options.method);
  asked.n_attributes = static_cast<std::uint32_t>(table.table.n_attributes);
  asked.n_classes = n_classes.data();
  asked.names = table.names.data();
  asked.seed = options.seed;
  if ((asked.method == RECVEIL_ERASE_OPTIMAL_TRANSPORT ||
       asked.method == RECVEIL_ERASE_SCORE_TRANSPORT) &&
      !table.users.empty()) {
    asked.flags = RECVEIL_ERASE_CELLS;
  }
  Progress progress;
  asked.progress = progress.watch();
  return ErasureMap::fit(api, asked, table.matrix, known.data());
}

// The audit of the rows just mapped; too few of them cannot be measured.
Evidence audit(const Api &api, const ForgetOptions &options, const Table &before,
               const std::vector<float> &raw, const std::vector<std::uint8_t> &requesters) {
  const auto n = static_cast<std::size_t>(std::count(requesters.begin(), requesters.end(), 1));
  Evidence out(before.attributes);
  out.given.model_version = options.model_version;
  out.given.verdict = RECVEIL_VERDICT_INCONCLUSIVE;
  out.given.n_requesters = n;
  if (options.admit_leak) out.given.flags = RECVEIL_EVIDENCE_ADMIT_LEAK;
  if (!options.audit || n < kMinAudited || before.classes.empty()) return out;
  const auto n_classes = n_classes_of(before);
  recveil_audit_embeddings in = RECVEIL_AUDIT_EMBEDDINGS_INIT;
  in.n_rows = before.matrix.n_rows;
  in.dimension = before.matrix.n_cols - before.matrix.frozen_tail_cols;
  in.row_stride = before.matrix.n_cols;
  in.before = raw.data();
  in.after = before.numbers.data();
  in.requesters = requesters.data();
  in.n_attributes = before.attributes.size();
  in.n_classes = n_classes.data();
  in.names = before.names.data();
  in.classes = before.classes.data();
  Progress progress;
  recveil_audit_options asked = RECVEIL_AUDIT_OPTIONS_INIT;
  asked.progress = progress.watch();
  const recveil_status status = api.audit_attributes(&in, &asked, nullptr, nullptr, &out.given);
  if (status != RECVEIL_E_DATA) check(api, status);  // E_DATA: a class of fewer than 20
  return out;
}

constexpr const char *kActions[] = {"", "skip", "map", "resurrected"};

Json counts_json(const std::vector<Forget::Row> &plan) {
  Json out{{"skip", 0}, {"map", 0}, {"resurrected", 0}};
  for (const Forget::Row &row : plan) {
    out[kActions[row.action]] = out[kActions[row.action]].get<int>() + 1;
  }
  return out;
}

}  // namespace

// Open requests that name nobody in the file of ids: said to people, and bad input with --strict.
std::vector<std::string> unmatched(const OpenJournal &open, const ForgetOptions &options,
                                   const Table &table) {
  std::vector<std::string> out;
  for (const recveil_forget_id &id : open.forget.unmatched(table.subjects)) {
    out.push_back(format_uuid(id));
  }
  if (out.empty()) return out;
  const std::string what = fmt::format(
      "{} open {} nobody in {}: are its ids written as in the requests? {} is one", out.size(),
      out.size() == 1 ? "request names" : "requests name", options.row_ids, out.front());
  if (options.strict) throw std::runtime_error(what);
  fmt::print(stderr, "recveil: warning: {}\n", what);
  return out;
}

int run_forget_plan(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  const Table table(open.engine, options, options.embeddings);
  const auto missing = unmatched(open, options, table);
  std::size_t n_unlisted = 0;
  const auto plan = open.forget.plan(table.table, &n_unlisted);
  const Json counts = counts_json(plan);
  if (options.json) {
    Json rows = Json::array();
    for (const Forget::Row &row : plan) {
      rows.push_back({{"row", row.row},
                      {"action", kActions[row.action]},
                      {"attributes", names_at(table, row.attributes)},
                      {"asked", names_at(table, row.asked)}});
    }
    fmt::print("{}\n", Json{{"schema", "recveil.forget-plan/1"},
                            {"table", options.table},
                            {"model_version", options.model_version},
                            {"counts", counts},
                            {"unlisted", n_unlisted},
                            {"unmatched", missing},
                            {"rows", rows}}
                           .dump(2));
  } else {
    fmt::print("{}: {} rows to map, {} done before, {} resurrected\n", options.table,
               counts["map"].get<int>(), counts["skip"].get<int>(),
               counts["resurrected"].get<int>());
    if (n_unlisted > 0) {
      fmt::print("{} rows owe attributes that --attribute does not name\n", n_unlisted);
    }
  }
  return counts["resurrected"].get<int>() > 0 ? kFinding : kOk;
}

int run_forget_apply(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  data::check_output_name(options.output, data::RowFormat::float32, false);
  check_new(options.output, options.embeddings);
  OpenJournal open(api, options.config, RECVEIL_FORGET_NO_CREATE);
  Table table(open.engine, options, options.embeddings);
  const auto missing = unmatched(open, options, table);
  const auto plan = open.forget.plan(table.table);
  const std::vector<float> raw(table.numbers.begin(), table.numbers.end());
  const bool maps =
      std::any_of(plan.begin(), plan.end(), [](const auto &row) { return row.attributes != 0; });
  std::optional<ErasureMap> map;
  if (maps) map = fit(api, options, table, plan);
  const recveil_forget_applied applied =
      open.forget.apply(table.table, map ? map->get() : nullptr,
                        table.classes.empty() ? nullptr : table.classes.data());

  std::vector<std::uint8_t> changed(table.raw.count), mapped(table.raw.count);
  for (const Forget::Row &row : plan) {
    const std::size_t cols = table.matrix.n_cols, at = row.row * cols;
    changed[row.row] = !std::equal(raw.begin() + static_cast<std::ptrdiff_t>(at),
                                   raw.begin() + static_cast<std::ptrdiff_t>(at + cols),
                                   table.numbers.begin() + static_cast<std::ptrdiff_t>(at));
    mapped[row.row] = changed[row.row] != 0 && row.attributes != 0;
  }
  // A copy of the numbers stays for the audit: text() may write over the rows.
  std::vector<float> after(table.numbers.begin(), table.numbers.end());
  std::vector<char> text;
  data::WholeFile output(options.output);
  output.write(table.rows->head());
  const auto bytes = table.rows->text(table.raw, table.numbers, changed, text);
  output.write({bytes.data(), bytes.size()});
  output.commit();
  std::copy(after.begin(), after.end(), table.numbers.begin());

  // As it was stored.
  recveil_forget_acked acked = RECVEIL_FORGET_ACKED_INIT;
  if (applied.attempt != 0) {
    const Table stored(open.engine, options, options.output);
    acked = open.forget.ack(applied.attempt, stored.table);
  }
  Json evidence;
  std::size_t advanced = 0;
  if (acked.n_verifying > 0) {
    const Evidence found = audit(*api, options, table, raw, mapped);
    evidence = found.json();
    // Requests for whole persons need none; a table of them alone names no attribute.
    advanced = open.forget.evidence(table.attributes.empty() ? nullptr : &found.given);
  }
  const Json out{{"schema", "recveil.forget-apply/1"},
                 {"table", options.table},
                 {"model_version", options.model_version},
                 {"output", options.output},
                 {"attempt", applied.attempt},
                 {"mapped", applied.n_mapped},
                 {"skipped", applied.n_skipped},
                 {"no_class", applied.n_no_class},
                 {"wrong_map", applied.n_wrong_map},
                 {"resurrected", applied.n_resurrected},
                 {"shift", applied.shift},
                 {"confirmed", acked.n_confirmed},
                 {"verifying", acked.n_verifying},
                 {"publishing", advanced},
                 {"unmatched", missing},
                 {"stale", stale_json(*api, applied.stale)},
                 {"evidence", evidence}};
  if (options.json) {
    fmt::print("{}\n", out.dump(2));
  } else {
    fmt::print("{}: {} rows mapped, {} confirmed by reading back, {} as they were\n",
               options.output, applied.n_mapped, acked.n_confirmed, applied.n_skipped);
    if (applied.n_no_class + applied.n_wrong_map > 0) {
      fmt::print("left: {} without a class, {} that another map must take\n", applied.n_no_class,
                 applied.n_wrong_map);
    }
    if (applied.n_resurrected > 0) {
      fmt::print("RESURRECTED: {} rows; publish the model under a new version\n",
                 applied.n_resurrected);
    }
    if (acked.n_verifying > 0) {
      fmt::print("verification: {}; {} of {} requests go on to publishing\n",
                 evidence.at("verdict").get<std::string>(), advanced, acked.n_verifying);
    }
    if (advanced > 0) {
      fmt::print(
          "Now serve {}, compute anew what you derive from its rows (norms, Gram matrices, "
          "indexes, "
          "cached lists, optimizer state, biases), and run "
          "`recveil forget complete`.\n",
          options.output);
    }
  }
  return applied.n_resurrected > 0 || advanced < acked.n_verifying ? kFinding : kOk;
}

}  // namespace recveil::cli
