// The librecveil.so that the command uses.
#pragma once

#include <memory>
#include <string>

#include "recveil/loader.hpp"

namespace recveil::cli {

// Loads --library PATH, or the one installed next to this command. Throws std::runtime_error.
// path: set to what was loaded.
std::shared_ptr<const Api> load_library(std::string &path);

}  // namespace recveil::cli
