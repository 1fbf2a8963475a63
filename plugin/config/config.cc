#include "config/config.h"

#include <arpa/inet.h>
#include <civetweb.h>

#include <array>
#include <charconv>
#include <cmath>

#include "config/reader.h"
#include "config/watched_items.h"
#include "config/yaml_tree.h"

namespace recveil::config {
namespace {

using Words = std::string_view;
constexpr std::array<Words, 4> kModes{"popularity", "popularity_randomization", "cross_fit",
                                      "private"};
constexpr std::array<Words, 2> kNoHistory{"popularity", "randomization"};
constexpr std::array<Words, 3> kOnError{"pool", "closed", "open"};
constexpr std::array<Words, 2> kOnChange{"report", "hold"};
constexpr std::array<Words, 4> kRegulations{"none", "gdpr", "ccpa", "other"};
constexpr std::array<Words, 3> kLabelPolicies{"leace", "sealed", "host"};
constexpr std::array<Words, 3> kTreatments{"pool", "host", "refuse"};
constexpr std::array<Words, 2> kScreenMethods{"ocsvm", "full"};
constexpr std::array<Words, 2> kScreenModeNames{"shadow", "enforce"};

std::string resolve(const std::string &path, const std::string &folder) {
  return path.front() == '/' || folder.empty() ? path : folder + "/" + path;
}

void read_small(Reader &reader, std::string_view key, std::uint32_t &value, std::uint64_t min,
                std::uint64_t max) {
  std::uint64_t wide = value;
  reader.read(key, wide, min, max);
  value = static_cast<std::uint32_t>(wide);
}

WatchPolicy read_watch(Reader reader) {
  WatchPolicy policy;
  reader.read("items", policy.items, kMaxWatched);
  reader.read("file", policy.file);
  reader.read("false_alarm_rate", policy.false_alarm_rate, 0, 0.1);
  reader.read("on_change", policy.on_change, kOnChange);
  reader.finish();
  return policy;
}

ServePolicy read_serving(Reader reader) {
  ServePolicy policy;
  reader.read("mode", policy.mode, kModes);
  read_small(reader, "list_length", policy.list_length, 1, 1000);
  reader.read("ratio", policy.ratio, 0, 1);
  read_small(reader, "epoch_seconds", policy.epoch_seconds, 1, 366ULL * 86400);
  reader.read("on_error", policy.on_error, kOnError);
  reader.read("quarantined", policy.quarantined, kTreatments);
  reader.read("erased", policy.erased, kTreatments);
  reader.read("dry_run", policy.dry_run);
  reader.read("max_pool_age_seconds", policy.max_pool_age_seconds, 0, UINT32_MAX);
  // The model of mode private is one for everybody, and its floor hides nobody.
  const bool one_model = policy.mode == ServingMode::private_model;
  if (one_model) {
    if (reader.has("folds")) reader.refuse("folds", "mode private has one model; leave it out");
    policy.folds = policy.support_floor = 1;
  } else {
    read_small(reader, "folds", policy.folds, 2, 64);
  }
  read_small(reader, "support_floor", policy.support_floor, 1, UINT32_MAX);
  reader.read("no_history", policy.no_history, kNoHistory);
  reader.read("decoys", policy.decoys);
  policy.watch_items = read_watch(reader.map("watch_items"));
  reader.finish();
  if (one_model && (!policy.watch_items.items.empty() || !policy.watch_items.file.empty())) {
    reader.refuse("watch_items", "mode private is not watched; leave it out");
  }
  const double wanted = std::ceil(policy.list_length / policy.ratio);
  if (wanted > static_cast<double>(kMaxPool)) {
    reader.refuse("ratio", "list_length / ratio must be at most " + std::to_string(kMaxPool) +
                               " pool items, not " +
                               (wanted < 1e9 ? std::to_string(static_cast<std::uint64_t>(wanted))
                                             : std::string("a billion or more")));
  }
  return policy;
}

ScreenPolicy read_screening(Reader reader) {
  ScreenPolicy policy;
  reader.read("method", policy.method, kScreenMethods);
  reader.read("mode", policy.mode, kScreenModeNames);
  reader.read("nu", policy.nu, 0, 0.5);
  reader.read("false_positive_rate", policy.false_positive_rate, 0, 0.1);
  read_small(reader, "components", policy.components, 1, 512);
  reader.read("push_down", policy.push_down);
  reader.read("carry_over", policy.carry_over, 0, 1);
  reader.finish();
  return policy;
}

ForgetPolicy read_forget(Reader reader) {
  ForgetPolicy policy;
  reader.read("journal", policy.journal);
  Reader deadlines = reader.map("deadline_days");
  for (std::size_t i = 0; i < kRegulations.size(); ++i) {
    deadlines.read(kRegulations[i], policy.deadline_days[i], 1, 3650);
  }
  deadlines.finish();
  reader.read("retention_days", policy.retention_days, 1, 36500);
  reader.read("label_policy", policy.label_policy, kLabelPolicies, 1);
  read_small(reader, "receipt_key_version", policy.receipt_key_version, 1, UINT32_MAX);
  reader.finish();
  return policy;
}

PrivatePolicy read_private(Reader reader) {
  PrivatePolicy policy;
  reader.read("ledger", policy.ledger);
  reader.read("mu", policy.mu, 0, 100);
  reader.read("epsilon", policy.epsilon, 0, 1000);
  reader.read("delta", policy.delta, 0, 0.1);
  reader.read("releases", policy.releases, 1, 100000);
  reader.read("people", policy.people, 1, UINT32_MAX);
  read_small(reader, "catalogue", policy.catalogue, 3, 8192);
  reader.read("train_once", policy.train_once);
  reader.finish();
  if (policy.train_once && policy.releases > 1) {
    reader.refuse("train_once", "is for one release: leave private.releases out");
  }
  if (policy.mu > 0 && policy.epsilon > 0) {
    reader.refuse("mu", "give either mu or epsilon, not both");
  }
  const bool budget = policy.mu > 0 || policy.epsilon > 0;
  if (budget && policy.people == 0) {
    reader.refuse("people",
                  "missing: give the least number of people that a model is made from; "
                  "it is public, so never give the exact one");
  }
  if (budget && policy.delta * static_cast<double>(policy.people) >= 1) {
    reader.refuse("delta",
                  "must be below 1 / private.people: such a delta allows publishing a "
                  "whole person");
  }
  return policy;
}

// An IPv4 address, or an IPv6 one in brackets. kind: AF_INET or AF_INET6; -1: neither.
struct Address {
  int kind = -1;
  bool loopback = false;
};
Address parse_address(std::string text) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return {AF_INET, ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET};
  }
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return {};
  text = text.substr(1, text.size() - 2);
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return {};
  return {AF_INET6, IN6_IS_ADDR_LOOPBACK(&v6) != 0};
}

// Only digits after the last colon: civetweb would take "443s" for TLS, which crashes it.
bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, port);
  return result.ec == std::errc() && result.ptr == end && text.front() != '0' && port <= 65535;
}

std::string read_listen(Reader reader) {
  std::string listen;
  bool allow_remote = false;
  reader.read("listen", listen);
  reader.read("allow_remote", allow_remote);
  reader.finish();
  if (listen.empty()) return listen;
  const std::size_t colon = listen.rfind(':');
  const Address address = parse_address(listen.substr(0, colon == std::string::npos ? 0 : colon));
  if (address.kind < 0 || !is_port(std::string_view(listen).substr(colon + 1))) {
    reader.refuse(
        "listen",
        "must be ADDRESS:PORT, such as 127.0.0.1:19464 or \"[::1]:19464\", not " + listen);
  }
  constexpr unsigned kIpv6 = 8;  // of civetweb's features
  if (address.kind == AF_INET6 && mg_check_feature(kIpv6) == 0) {
    reader.refuse("listen", listen +
                                " is an IPv6 address, and the civetweb of this system was built "
                                "without IPv6; give one of IPv4, such as 127.0.0.1:19464");
  }
  if (!address.loopback && !allow_remote) {
    reader.refuse("listen", listen +
                                " can be reached from other machines, without encryption or "
                                "password; set metrics.allow_remote: true if that is meant");
  }
  return listen;
}

}  // namespace

Config parse(std::string_view yaml, const std::string &name, const std::string &folder) {
  const YamlNode root = parse_yaml(yaml, name);
  Config config;
  Reader top(root, name, "");
  if (root.kind != YamlNode::Kind::map && root.kind != YamlNode::Kind::null) {
    top.refuse("config", "must be a map of keys");
  }
  config.serving = read_serving(top.map("serving"));
  if (std::string &file = config.serving.watch_items.file; !file.empty()) {
    file = resolve(file, folder);
  }
  config.screening = read_screening(top.map("screening"));

  Reader keys = top.map("keys");
  keys.read("file", config.key_file);
  keys.read("ephemeral", config.ephemeral_key);
  keys.finish();
  top.read("state_dir", config.state_dir);
  config.forget = read_forget(top.map("forget"));
  config.training = read_private(top.map("private"));
  config.metrics_listen = read_listen(top.map("metrics"));
  top.finish();
  if (config.key_file.empty() == !config.ephemeral_key) {
    top.refuse("keys", config.ephemeral_key
                           ? "give either file or ephemeral, not both"
                           : "missing: give file: PATH (recveil key generate PATH makes one), or "
                             "ephemeral: true to try out");
  }
  if (!config.key_file.empty()) config.key_file = resolve(config.key_file, folder);
  if (!config.forget.journal.empty()) {
    if (config.ephemeral_key) {
      top.refuse("forget", "journal needs keys.file: what one ephemeral key wrote no other reads");
    }
    config.forget.journal = resolve(config.forget.journal, folder);
  }
  if (!config.training.ledger.empty()) {
    if (config.ephemeral_key) {
      top.refuse("private", "ledger needs keys.file: what one ephemeral key wrote no other reads");
    }
    config.training.ledger = resolve(config.training.ledger, folder);
  }
  if (!config.state_dir.empty()) {
    if (config.ephemeral_key) {
      top.refuse("state_dir",
                 "needs keys.file: what one ephemeral key wrote no other process reads");
    }
    config.state_dir = resolve(config.state_dir, folder);
  }
  return config;
}

}  // namespace recveil::config
