// `recveil forget submit|status|list|hold|...`: requests in and out, in the shape of OpenDSR 2.0.
#include <fmt/core.h>

#include <ctime>
#include <iterator>

#include "forget/files.h"
#include "request_json.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

constexpr const char *kKinds[] = {"", "erase", "attribute", "rectify", "object"};
constexpr const char *kRegulations[] = {"none", "gdpr", "ccpa", "other"};
constexpr const char *kLabelPolicies[] = {"", "leace", "sealed", "host"};
constexpr struct {
  const char *name, *open_dsr;
} kStates[] = {{"", ""},
               {"received", "pending"},
               {"held", "pending"},
               {"applying", "in_progress"},
               {"verifying", "in_progress"},
               {"publishing", "in_progress"},
               {"completed", "completed"},
               {"rejected", "cancelled"},
               {"cancelled", "cancelled"},
               {"noop", "completed"},
               {"failed", "in_progress"}};

// "2026-11-28T04:59:00Z"
std::string utc(std::uint64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return "";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::vector<std::string> attributes_of(const recveil_forget_info &info) {
  std::vector<std::string> out;
  const char *name = info.attributes;
  for (std::uint32_t a = 0; a < info.n_attributes; ++a) {
    out.emplace_back(name);
    name += out.back().size() + 1;
  }
  return out;
}

// How a request stands, in the shape of OpenDSR 2.0.
Json info_json(const recveil_forget_info &info) {
  Json out{{"subject_request_id", format_uuid(info.id)},
           {"subject_request_type", info.kind == RECVEIL_FORGET_ERASE ? "erasure" : "recveil"},
           {"request_status", kStates[info.state].open_dsr},
           {"regulation", kRegulations[info.regulation]},
           {"received_time", utc(info.received_at)},
           {"expected_completion_time", utc(info.due_at)},
           {"updated_time", utc(info.updated_at)},
           {"kind", kKinds[info.kind]},
           {"state", kStates[info.state].name},
           {"label_policy", kLabelPolicies[info.label_policy]},
           {"attributes", attributes_of(info)},
           {"subjects", info.n_subjects},
           {"retries", info.n_retries}};
  if (info.finished_at != 0) out["completed_time"] = utc(info.finished_at);
  if (info.reason[0] != '\0') out["reason"] = info.reason;
  return out;
}

void point(ReadRequest &out, std::vector<const char *> &names) {
  for (const std::string &name : out.attributes) names.push_back(name.c_str());
  out.given.n_attributes = names.size();
  out.given.attributes = names.data();
  out.given.subjects = out.subjects.data();
  out.given.n_subjects = out.subjects.size();
  out.given.users = out.users.data();
  out.given.n_users = out.users.size();
  if (!out.policy.empty()) out.given.policy = out.policy.c_str();
}

void print_row(const Json &info) {
  fmt::print("{}  {:<10} {:<9} {:<6} due {}{}\n", info.at("subject_request_id").get<std::string>(),
             info.at("state").get<std::string>(), info.at("kind").get<std::string>(),
             info.at("regulation").get<std::string>(),
             info.at("expected_completion_time").get<std::string>(),
             info.contains("reason") ? "  (" + info.at("reason").get<std::string>() + ")" : "");
}

std::vector<recveil_forget_id> ids_of(const ForgetOptions &options) {
  std::vector<recveil_forget_id> out;
  for (const std::string &id : options.ids) out.push_back(parse_uuid(id));
  return out;
}

}  // namespace

int run_forget_submit(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  const std::string name = options.file == "-" ? "standard input" : options.file;
  ReadRequests read =
      read_requests(read_input(options.file), name, static_cast<std::uint64_t>(std::time(nullptr)));
  OpenJournal open(api, options.config, 0);
  std::vector<std::vector<const char *>> names(read.requests.size());
  std::vector<const recveil_forget_request *> requests;
  for (std::size_t i = 0; i < read.requests.size(); ++i) {
    ReadRequest &one = read.requests[i];
    for (const std::string &id : one.identities) {
      one.subjects.push_back(open.engine.subject(id));
      recveil_user user = 0;
      if (user_of(open.engine, id, options.users, user)) one.users.push_back(user);
    }
    point(one, names[i]);
    requests.push_back(&one.given);
  }
  std::vector<recveil_forget_accepted> results(requests.size());
  check(*api,
        api->forget_submit(open.forget.get(), requests.data(), requests.size(), results.data()));
  Json out = Json::array();
  int status = kOk;
  for (std::size_t i = 0; i < results.size(); ++i) {
    constexpr const char *kResults[] = {"", "accepted", "already", "conflict"};
    Json info = info_json(open.forget.status(read.requests[i].given.id));
    info["result"] = kResults[results[i]];
    if (results[i] == RECVEIL_FORGET_CONFLICT) status = kBadInput;
    if (!options.json) {
      fmt::print("{:<9} ", kResults[results[i]]);
      print_row(info);
    }
    out.push_back(std::move(info));
  }
  if (options.json) fmt::print("{}\n", (read.many ? out : out[0]).dump(2));
  return status;
}

int run_forget_status(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  Json out = Json::array();
  for (const recveil_forget_id &id : ids_of(options)) {
    out.push_back(info_json(open.forget.status(id)));
    if (!options.json) print_row(out.back());
  }
  if (options.json) fmt::print("{}\n", (out.size() == 1 ? out[0] : out).dump(2));
  return kOk;
}

int run_forget_list(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  recveil_forget_state state = 0;
  while (kStates[state].name != options.state) {
    if (++state == std::size(kStates)) {
      std::string all;
      for (const auto &known : kStates) {
        if (*known.name != '\0') all += (all.empty() ? "" : ", ") + std::string(known.name);
      }
      throw std::runtime_error("--state: must be one of " + all);
    }
  }
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  Json out = Json::array();
  for (const recveil_forget_id &id : open.forget.list(state)) {
    Json info = info_json(open.forget.status(id));
    if (options.json) {
      out.push_back(std::move(info));
    } else {
      print_row(info);
    }
  }
  if (options.json) fmt::print("{}\n", Json{{"requests", out}}.dump(2));
  return kOk;
}

int run_forget_change(const std::shared_ptr<const Api> &api, const ForgetOptions &options,
                      recveil_forget_change_kind change) {
  const auto ids = ids_of(options);
  OpenJournal open(api, options.config, RECVEIL_FORGET_NO_CREATE);
  Json out = Json::array();
  for (const recveil_forget_id &id : ids) {
    open.forget.change(id, change, options.reason.empty() ? nullptr : options.reason.c_str());
    out.push_back(info_json(open.forget.status(id)));
    if (!options.json) print_row(out.back());
  }
  if (options.json) fmt::print("{}\n", (out.size() == 1 ? out[0] : out).dump(2));
  return kOk;
}

int run_forget_withdraw(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  OpenJournal open(api, options.config, RECVEIL_FORGET_NO_CREATE);
  std::vector<recveil_subject> subjects;
  std::vector<recveil_user> users;
  for (const std::string &id : options.subjects) {
    subjects.push_back(open.engine.subject(id));
    recveil_user user = 0;
    if (user_of(open.engine, id, options.users, user)) users.push_back(user);
  }
  std::vector<const char *> names;
  for (const std::string &name : options.attributes) names.push_back(name.c_str());
  std::uint64_t n_withdrawn = 0;
  check(*api,
        api->forget_withdraw(open.forget.get(), subjects.data(), subjects.size(), users.data(),
                             users.size(), names.data(), names.size(), &n_withdrawn));
  if (options.json) {
    fmt::print("{}\n", Json{{"withdrawn", n_withdrawn}}.dump(2));
  } else {
    fmt::print("{} standing orders withdrawn\n", n_withdrawn);
  }
  return kOk;
}

}  // namespace recveil::cli
