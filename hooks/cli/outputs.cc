#include "outputs.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace recveil::cli {
namespace {

bool force = false;  // one command runs in a process

}  // namespace

void add_force(CLI::App &command) {
  command.add_flag("--force", force, "overwrite files that exist");
}

void check_new(const std::string &path) {
  std::error_code ignored;
  if (path.empty() || force || !std::filesystem::is_regular_file(path, ignored)) return;
  throw std::runtime_error(path + ": exists; it is not overwritten without --force");
}

}  // namespace recveil::cli
