// The options of a command that become keys of an audit's request.
#pragma once

#include <CLI/CLI.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "recveil/loader.hpp"
#include "request/keys.h"

namespace recveil::cli {

// One for each key of request/keys.h, whose defaults and ranges --help tells. What is not given is
// not in the request: the library has the defaults, and refuses what is wrong.
class RequestOptions {
 public:
  // audit: "membership", "attribute" or "screening". Both must outlive this.
  RequestOptions(CLI::App &command, const char *audit);

  // Throws CLI::ValidationError for a text that is not a number where one is wanted.
  nlohmann::json request() const;

  // The library's text, which names a key, with the name of the option in its place.
  std::string told(const StatusError &error) const;

 private:
  struct Given {
    const request::Key &key;
    std::string option;
    CLI::Option *parsed;
    std::vector<std::string> texts;
  };
  const char *audit_;
  std::deque<Given> options_;  // CLI11 keeps the addresses
};

}  // namespace recveil::cli
