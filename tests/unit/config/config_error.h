// What parse() says about a text.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "core/error.h"

namespace recveil::config {

// The error text of a configuration called "c.yaml", or "accepted".
inline std::string error_of(std::string_view yaml) {
  try {
    parse(yaml, "c.yaml", "");
  } catch (const Error &error) {
    return error.status() == Status::config ? error.what() : std::string("not a config error");
  }
  return "accepted";
}

struct Case {
  const char *yaml;
  const char *error;
};

}  // namespace recveil::config
