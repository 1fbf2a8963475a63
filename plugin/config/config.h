// The configuration of an engine, from strict YAML. docs/configuration.md lists every key.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/screening.h"
#include "core/serving.h"

namespace recveil::config {

// Of deletion requests; read when a journal is opened.
struct ForgetPolicy {
  std::string journal;  // empty: none
  // By regulation: none, gdpr, ccpa, other. A month is 30 days: never later than a calendar month
  // but in February.
  std::array<std::uint64_t, 4> deadline_days{30, 30, 45, 30};
  std::uint64_t retention_days = 730;     // of finished requests: CCPA regs 7101, 24 months
  std::uint32_t label_policy = 1;         // leace, sealed, host; RECVEIL_LABELS_*
  std::uint32_t receipt_key_version = 1;  // at least 1
};

// Of private training. The budget is mu, or epsilon at delta; 0: not given.
struct PrivatePolicy {
  std::string ledger;  // empty: none
  double mu = 0;       // of all releases together
  double epsilon = 0;
  double delta = 1e-6;
  std::uint64_t releases = 1;   // that the budget pays for
  std::uint64_t people = 0;     // at least so many in every release; 0: not given
  std::uint32_t catalogue = 0;  // items of the model; 0: by rule
  bool train_once = false;      // one release ever; the ledger remembers it
};

struct Config {
  ServePolicy serving;
  ScreenPolicy screening;
  ForgetPolicy forget;
  PrivatePolicy training;      // `private:`
  std::string key_file;        // empty with ephemeral_key
  bool ephemeral_key = false;  // a random key of this process and its forks: for trying out
  std::string state_dir;       // empty: none
  std::string metrics_listen;  // "127.0.0.1:9464"; empty: no listener
};

// Parses and checks everything that can be checked without touching a file.
// name: what errors call the text. folder: what relative paths are relative to; empty: as they are.
// Throws Error(config): "NAME:LINE: KEY: what is wrong".
Config parse(std::string_view yaml, const std::string &name, const std::string &folder);

}  // namespace recveil::config
