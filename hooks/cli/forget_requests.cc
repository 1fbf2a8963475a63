// `recveil forget submit|status|list|hold|...`: requests in and out, in the shape of OpenDSR 2.0.
#include <fmt/core.h>

#include <cstdio>
#include <ctime>
#include <set>

#include "forget_files.h"
#include "terminal.h"

namespace recveil::cli {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string &what) {
  throw std::runtime_error(what);
}

std::string text_at(const Json &object, const char *key, const std::string &fallback = "") {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return fallback;
  if (!found->is_string()) refuse(std::string(key) + ": must be a string");
  return found->get<std::string>();
}

// "2026-11-28T04:59:00Z", or with a fraction that is dropped, or with an offset.
std::uint64_t seconds_of(const std::string &text, const char *key) {
  std::tm parts{};
  int hours = 0, minutes = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6) {
    refuse(std::string(key) + ": must be a time such as 2026-11-28T04:59:00Z");
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  std::string rest = text.substr(static_cast<std::size_t>(used));
  if (!rest.empty() && rest[0] == '.') rest.erase(0, rest.find_first_not_of("0123456789", 1));
  if (rest != "Z" && (std::sscanf(rest.c_str(), "%3d:%2d", &hours, &minutes) != 2)) {
    refuse(std::string(key) + ": must end in Z or an offset such as +02:00");
  }
  const auto seconds = timegm(&parts) - 3600 * hours - 60 * (hours < 0 ? -minutes : minutes);
  if (seconds <= 0) refuse(std::string(key) + ": is before 1970");
  return static_cast<std::uint64_t>(seconds);
}

template <class Number>
Number word(const std::string &given, const char *key,
            std::initializer_list<std::pair<const char *, int>> words) {
  std::string all;
  for (const auto &[name, value] : words) {
    if (given == name) return static_cast<Number>(value);
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  refuse(std::string(key) + ": must be one of " + all);
}

// What a request says, kept alive for the C struct.
struct Parsed {
  recveil_forget_request request = RECVEIL_FORGET_REQUEST_INIT;
  std::vector<std::string> attributes;
  std::vector<const char *> names;
  std::vector<recveil_subject> subjects;
  std::vector<recveil_user> users;
  std::string policy;
};

void read_identities(const Json &body, const Engine &engine, const std::string &users,
                     Parsed &out) {
  const Json identities = body.value("subject_identities", Json());
  const auto take = [&](const std::string &type, const Json &identity) {
    // OpenDSR 2.0 has a map from the type to value and encoding; 1.0 a list.
    const std::string encoding =
        text_at(identity, "identity_format", text_at(identity, "encoding", "raw"));
    const std::string value = text_at(identity, "identity_value", text_at(identity, "value"));
    if (encoding != "raw") refuse("subject_identities: " + type + ": only raw values are taken");
    if (value.empty()) refuse("subject_identities: " + type + ": has no value");
    out.subjects.push_back(engine.subject(value));
    recveil_user user = 0;
    if (user_of(engine, value, users, user)) out.users.push_back(user);
  };
  if (identities.is_array()) {
    for (const Json &one : identities) {
      if (!one.is_object()) refuse("subject_identities: must hold objects");
      take(text_at(one, "identity_type", "identity"), one);
    }
  } else if (identities.is_object()) {
    for (const auto &[type, one] : identities.items()) {
      if (!one.is_object()) refuse("subject_identities: must hold objects");
      take(type, one);
    }
  }
  if (out.subjects.empty()) refuse("subject_identities: missing");
}

Parsed read_request(const Json &body, const Engine &engine, const std::string &users) {
  if (!body.is_object()) refuse("request: must be a JSON object");
  const std::set<std::string, std::less<>> known{
      "regulation",  "subject_request_id",   "subject_request_type", "submitted_time",
      "api_version", "status_callback_urls", "subject_identities",   "extensions",
      "property_id", "controller_id"};
  for (const auto &[key, value] : body.items()) {
    if (!known.contains(key)) refuse(key + ": is no key of a request");
  }
  if (!body.value("status_callback_urls", Json::array()).empty()) {
    refuse("status_callback_urls: nothing is called back; ask with `recveil forget status`");
  }
  Parsed out;
  recveil_forget_request &request = out.request;
  request.id = parse_uuid(text_at(body, "subject_request_id"));
  request.regulation =
      word<recveil_regulation>(text_at(body, "regulation", "none"), "regulation",
                               {{"none", 0}, {"gdpr", 1}, {"ccpa", 2}, {"other", 3}});
  const Json extension = body.value("extensions", Json::object()).value("recveil", Json::object());
  if (!extension.is_object()) refuse("extensions.recveil: must be an object");
  const std::string type = text_at(body, "subject_request_type", "erasure");
  if (type != "erasure" && type != "recveil") {
    refuse("subject_request_type: must be erasure, or recveil with extensions.recveil.kind");
  }
  request.kind = word<recveil_forget_kind>(
      text_at(extension, "kind", type == "erasure" ? "erase" : ""), "extensions.recveil.kind",
      {{"erase", 1}, {"attribute", 2}, {"rectify", 3}, {"object", 4}});
  request.label_policy = word<recveil_label_policy>(
      text_at(extension, "label_policy", "default"), "extensions.recveil.label_policy",
      {{"default", 0}, {"leace", 1}, {"sealed", 2}, {"host", 3}});
  const Json attributes = extension.value("attributes", Json::array());
  for (const Json &one : attributes) {
    if (!one.is_string()) refuse("extensions.recveil.attributes: must hold strings");
    out.attributes.push_back(one.get<std::string>());
  }
  out.policy = text_at(extension, "policy");
  const std::string submitted = text_at(body, "submitted_time");
  if (!submitted.empty()) request.received_at = seconds_of(submitted, "submitted_time");
  const std::string due = text_at(extension, "due_time");
  if (!due.empty()) request.due_at = seconds_of(due, "extensions.recveil.due_time");
  request.source = RECVEIL_FORGET_FROM_BATCH;
  read_identities(body, engine, users, out);
  return out;
}

void point(Parsed &out) {
  for (const std::string &name : out.attributes) out.names.push_back(name.c_str());
  out.request.n_attributes = static_cast<std::uint32_t>(out.names.size());
  out.request.attributes = out.names.data();
  out.request.subjects = out.subjects.data();
  out.request.n_subjects = out.subjects.size();
  out.request.users = out.users.data();
  out.request.n_users = out.users.size();
  if (!out.policy.empty()) out.request.policy = out.policy.c_str();
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
  Json body = Json::parse(read_input(options.file), nullptr, false);
  if (body.is_discarded()) refuse(options.file + ": is no JSON");
  OpenJournal open(api, options.config, 0);
  const bool many = body.is_array();
  if (!many) body = Json::array({body});
  std::vector<Parsed> parsed;
  for (const Json &one : body) parsed.push_back(read_request(one, open.engine, options.users));
  std::vector<const recveil_forget_request *> requests;
  for (Parsed &one : parsed) {
    point(one);
    requests.push_back(&one.request);
  }
  if (requests.empty()) refuse(options.file + ": holds no request");
  std::vector<recveil_forget_accepted> results(requests.size());
  check(*api,
        api->forget_submit(open.forget.get(), requests.data(), requests.size(), results.data()));
  Json out = Json::array();
  int status = kOk;
  for (std::size_t i = 0; i < results.size(); ++i) {
    constexpr const char *kResults[] = {"", "accepted", "already", "conflict"};
    Json info = Json::parse(open.forget.describe(parsed[i].request.id));
    info["result"] = kResults[results[i]];
    if (results[i] == RECVEIL_FORGET_CONFLICT) status = kBadInput;
    if (!options.json) {
      fmt::print("{:<9} ", kResults[results[i]]);
      print_row(info);
    }
    out.push_back(std::move(info));
  }
  if (options.json) fmt::print("{}\n", (many ? out : out[0]).dump(2));
  return status;
}

int run_forget_status(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  Json out = Json::array();
  for (const recveil_forget_id &id : ids_of(options)) {
    out.push_back(Json::parse(open.forget.describe(id)));
    if (!options.json) print_row(out.back());
  }
  if (options.json) fmt::print("{}\n", (out.size() == 1 ? out[0] : out).dump(2));
  return kOk;
}

int run_forget_list(const std::shared_ptr<const Api> &api, const ForgetOptions &options) {
  const auto state = word<recveil_forget_state>(options.state, "--state",
                                                {{"", 0},
                                                 {"received", 1},
                                                 {"held", 2},
                                                 {"applying", 3},
                                                 {"verifying", 4},
                                                 {"publishing", 5},
                                                 {"completed", 6},
                                                 {"rejected", 7},
                                                 {"cancelled", 8},
                                                 {"noop", 9},
                                                 {"failed", 10}});
  const OpenJournal open(api, options.config, RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_VERIFY);
  Json out = Json::array();
  for (const recveil_forget_id &id : open.forget.list(state)) {
    Json info = Json::parse(open.forget.describe(id));
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
    out.push_back(Json::parse(open.forget.describe(id)));
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
  std::uint64_t withdrawn = 0;
  check(*api,
        api->forget_withdraw(open.forget.get(), subjects.data(), subjects.size(), users.data(),
                             users.size(), names.data(), names.size(), &withdrawn));
  if (options.json) {
    fmt::print("{}\n", Json{{"withdrawn", withdrawn}}.dump(2));
  } else {
    fmt::print("{} standing orders withdrawn\n", withdrawn);
  }
  return kOk;
}

}  // namespace recveil::cli
