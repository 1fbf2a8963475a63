// The configuration of an engine, from strict YAML. docs/configuration.md lists every key.
#pragma once

#include <string>
#include <string_view>

#include "core/screening.h"
#include "core/serving.h"

namespace recveil::config {

struct Config {
  ServePolicy serving;
  ScreenPolicy screening;
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
