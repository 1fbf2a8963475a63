// What every command that writes a file has: it overwrites nothing unless --force is given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace recveil::cli {

// Declares --force.
void add_force(CLI::App &command);

// Throws std::runtime_error, "PATH: exists; ...", if there is a regular file at `path` and --force
// was not given. Call it before the work. An empty path is no file.
void check_new(const std::string &path);

}  // namespace recveil::cli
