// `recveil forget complete|receipt|verify`: what is handed out, and whether it is true.
#include <fmt/core.h>

#include <algorithm>

#include "erase_files.h"
#include "forget_files.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

}  // namespace

int run_forget_complete(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  recveil_forget_facts facts = RECVEIL_FORGET_FACTS_INIT;
  for (const std::string &name : options.rebuilt)
    facts.rebuilt |= stale_bit(*api, "--rebuilt", name);
  std::vector<const char *> names;
  for (const std::string &text : options.not_touched) names.push_back(text.c_str());
  facts.n_not_touched = static_cast<std::uint32_t>(names.size());
  facts.not_touched = names.data();
  facts.method = options.method == "none" ? 0 : method_of(*api, options.method);
  std::vector<recveil_forget_id> ids;
  for (const std::string &id : options.ids) ids.push_back(parse_uuid(id));
  OpenJournal open(api, options.config, RECVEIL_FORGET_NO_CREATE);
  if (!options.file.empty()) {
    const std::string report = read_input(options.file);
    if (options.model_version == 0) {
      throw std::runtime_error("--model-version: is needed with --report");
    }
    open.forget.evidence(report, options.model_version,
                         options.admit_leak ? RECVEIL_EVIDENCE_ADMIT_LEAK : 0);
  }
  if (ids.empty()) ids = open.forget.list(RECVEIL_FORGET_PUBLISHING);
  Json out = Json::array();
  for (const recveil_forget_id &id : ids) {
    out.push_back(Json::parse(open.forget.complete(id, facts)));
    if (!options.json) fmt::print("{}  completed\n", format_uuid(id));
  }
  if (options.json) fmt::print("{}\n", Json{{"receipts", out}}.dump(2));
  if (!options.json && ids.empty()) fmt::print("nothing is publishing\n");
  return kNoLeakFound;
}

int run_forget_receipt(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                       bool verify, bool public_key) {
  if (verify) {
    const auto key = from_hex(options.key, 32, "--key");
    std::string text = read_input(options.file.empty() ? "-" : options.file);
    if (!text.empty() && text.back() == '\n') text.pop_back();  // of whoever saved it
    const bool good = api->receipt_verify(text.data(), text.size(), key.data()) == RECVEIL_OK;
    if (options.json) {
      fmt::print("{}\n", Json{{"valid", good}}.dump(2));
    } else {
      fmt::print("{}\n", good ? "valid: as issued under this key"
                              : "NOT valid: not what was issued under this key");
    }
    return good ? kNoLeakFound : kLeak;
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
    return kNoLeakFound;
  }
  if (options.ids.size() != 1) throw std::runtime_error("ID: name one request");
  fmt::print("{}\n", open.forget.receipt(parse_uuid(options.ids[0])));
  return kNoLeakFound;
}

int run_forget_verify(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  std::vector<std::uint8_t> anchor(32);
  if (options.anchor_seq != 0) anchor = from_hex(options.anchor_hash, 32, "--anchor-hash");
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  recveil_forget_report report = RECVEIL_FORGET_REPORT_INIT;
  const recveil_status status =
      api->forget_verify(open.forget.get(), options.anchor_seq, anchor.data(), &report);
  if (status != RECVEIL_OK && status != RECVEIL_E_DATA) check(*api, status);
  const bool good = status == RECVEIL_OK;
  const std::string what = good ? "" : api->last_error();
  if (options.json) {
    Json out{{"valid", good},
             {"entries", report.entries},
             {"purged", report.purged},
             {"head", {{"seq", report.head_seq}, {"hash", hex(report.head_hash, 32)}}},
             {"overdue", report.overdue},
             {"standing_orders", report.tombstones},
             {"resurrected", report.resurrected}};
    if (!good) out["error"] = what;
    fmt::print("{}\n", out.dump(2));
  } else if (good) {
    fmt::print("valid: {} entries; the last is {} {}\n", grouped(report.entries), report.head_seq,
               hex(report.head_hash, 32));
  } else {
    fmt::print("NOT valid: {}\n", what);
  }
  return good ? kNoLeakFound : kLeak;
}

}  // namespace recveil::cli
