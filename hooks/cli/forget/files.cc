#include "forget/files.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "row_users.h"

namespace recveil::cli {
OpenJournal::OpenJournal(const std::shared_ptr<const Api> &api, const std::string &config,
                         std::uint32_t flags)
    : engine(Engine::open_file(api, config)), forget(Forget::open(engine, flags)) {}

std::string read_input(const std::string &path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw std::runtime_error(path + ": cannot open");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

bool user_of(const Engine &engine, const std::string &id, const std::string &users,
             recveil_user &out) {
  if (users == "none") return false;
  if (users == "auto" && is_user_number(id, out)) return true;
  out = engine.user(id);
  return true;
}

}  // namespace recveil::cli
