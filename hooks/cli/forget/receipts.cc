// `recveil forget complete|receipt|verify`: what is handed out, and whether it is true.
#include <fmt/core.h>

#include <iterator>
#include <optional>

#include "erase/files.h"
#include "forget/evidence.h"
#include "forget/files.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

recveil_index_state index_of(const std::string &name) {
  constexpr const char *kStates[] = {"", "rows_only", "reassigned", "rebuilt"};
  for (recveil_index_state state = 0; state < std::size(kStates); ++state) {
    if (name == kStates[state]) return state;
  }
  throw std::runtime_error("--index: must be rows_only, reassigned or rebuilt");
}

}  // namespace

int run_forget_complete(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  recveil_forget_table_facts table{options.table.c_str(), 0, index_of(options.index)};
  for (const std::string &name : options.rebuilt)
    table.rebuilt |= stale_bit(*api, "--rebuilt", name);
  std::vector<const char *> names;
  for (const std::string &text : options.not_touched) names.push_back(text.c_str());
  recveil_forget_facts facts = RECVEIL_FORGET_FACTS_INIT;
  facts.method = options.method == "none" ? 0 : method_of(*api, options.method);
  facts.n_tables = 1;
  facts.tables = &table;
  facts.n_not_touched = names.size();
  facts.not_touched = names.data();
  std::vector<recveil_forget_id> ids;
  for (const std::string &id : options.ids) ids.push_back(parse_uuid(id));
  std::optional<Evidence> evidence;
  if (!options.file.empty()) {
    if (options.model_version == 0) {
      throw std::runtime_error("--model-version: is needed with --report");
    }
    evidence.emplace(read_evidence(read_input(options.file), options.file, options.model_version));
    if (options.admit_leak) evidence->given.flags = RECVEIL_EVIDENCE_ADMIT_LEAK;
  }
  OpenJournal open(api, options.config, RECVEIL_FORGET_NO_CREATE);
  if (evidence) {
    open.forget.evidence(&evidence->given);
  }
  if (ids.empty()) ids = open.forget.list(RECVEIL_FORGET_PUBLISHING);
  Json out = Json::array();
  for (const recveil_forget_id &id : ids) {
    out.push_back(Json::parse(open.forget.complete(id, facts)));
    if (!options.json) fmt::print("{}  completed\n", format_uuid(id));
  }
  if (options.json) fmt::print("{}\n", Json{{"receipts", out}}.dump(2));
  if (!options.json && ids.empty()) fmt::print("nothing is publishing\n");
  return kOk;
}

int run_forget_receipt(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                       bool verify, bool public_key) {
  if (verify) {
    const auto key = from_hex(options.key, 32, "--key");
    std::string text = read_input(options.file.empty() ? "-" : options.file);
    if (!text.empty() && text.back() == '\n') text.pop_back();  // an editor added it
    const bool good = api->receipt_verify(text.data(), text.size(), key.data()) == RECVEIL_OK;
    if (options.json) {
      fmt::print("{}\n", Json{{"valid", good}}.dump(2));
    } else {
      fmt::print("{}\n", good ? "valid: as issued under this key"
                              : "NOT valid: not what was issued under this key");
    }
    return good ? kOk : kFinding;
  }
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  if (public_key) {
    std::uint8_t key[32];
    std::uint32_t version = 0;
    check(*api, api->forget_public_key(open.forget.get(), key, &version));
    if (options.json) {
      fmt::print("{}\n", Json{{"public_key", hex(key, 32)}, {"version", version}}.dump(2));
    } else {
      fmt::print("{}\n", hex(key, 32));
    }
    return kOk;
  }
  if (options.ids.size() != 1) throw std::runtime_error("ID: name one request");
  fmt::print("{}\n", open.forget.receipt(parse_uuid(options.ids[0])));
  return kOk;
}

int run_forget_verify(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  std::vector<std::uint8_t> anchor(32);
  if (options.anchor_seq != 0) anchor = from_hex(options.anchor_hash, 32, "--anchor-hash");
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  const recveil_status status =
      api->forget_verify(open.forget.get(), options.anchor_seq, anchor.data(), &report, nullptr);
  if (status != RECVEIL_OK && status != RECVEIL_E_DATA) check(*api, status);
  const bool good = status == RECVEIL_OK;
  const std::string what = good ? "" : api->last_error();
  if (options.json) {
    Json out{{"valid", good},
             {"entries", report.n_entries},
             {"purged", report.n_purged},
             {"head", {{"seq", report.head_seq}, {"hash", hex(report.head_hash, 32)}}},
             {"overdue", report.n_overdue},
             {"standing_orders", report.n_standing},
             {"resurrected", report.n_resurrected}};
    if (!good) out["error"] = what;
    fmt::print("{}\n", out.dump(2));
  } else if (good) {
    fmt::print("valid: {} entries; the last is {} {}\n", grouped(report.n_entries), report.head_seq,
               hex(report.head_hash, 32));
  } else {
    fmt::print("NOT valid: {}\n", what);
  }
  return good ? kOk : kFinding;
}

}  // namespace recveil::cli
