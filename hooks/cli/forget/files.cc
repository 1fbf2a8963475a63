#include "forget/files.h"

#include <fmt/core.h>
#include <unistd.h>

#include "core/read_file.h"
#include "row_users.h"

namespace recveil::cli {
OpenJournal::OpenJournal(const std::shared_ptr<const Api> &api, const std::string &config,
                         std::uint32_t flags)
    : engine(Engine::open_file(api, config)), forget(Forget::open(engine, flags)) {}

std::string read_input(const std::string &path) {
  constexpr std::size_t kMost = std::size_t{256} << 20;
  return path == "-" ? read_file(STDIN_FILENO, "standard input", kMost) : read_file(path, kMost);
}

bool user_of(const Engine &engine, const std::string &id, const std::string &users,
             recveil_user &out) {
  if (users == "none") return false;
  if (users == "auto" && is_user_number(id, out)) return true;
  out = engine.user(id);
  return true;
}

}  // namespace recveil::cli
