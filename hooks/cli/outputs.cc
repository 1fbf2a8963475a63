#include "outputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "data/row_file.h"

namespace recveil::cli {
namespace {

bool force = false;  // one command runs in a process
std::vector<std::string> arguments;

bool same_file(const std::string &a, const std::string &b) {
  std::error_code none;
  return !a.empty() && !b.empty() && std::filesystem::equivalent(a, b, none);
}

// The files that an argument may name: FILE, --option=FILE, csv:FILE?attributes=FILE2&...
std::vector<std::string> files_of(const std::string &argument) {
  std::vector<std::string> out{argument};
  for (std::size_t at = 0; (at = argument.find_first_of("=:?&", at)) != argument.npos;) {
    ++at;
    out.push_back(argument.substr(at));
    out.push_back(argument.substr(at, argument.find_first_of("?&", at) - at));
  }
  out.push_back(argument.substr(0, argument.find('?')));
  return out;
}

// How many of the arguments name the file.
std::size_t times_named(const std::string &path) {
  return static_cast<std::size_t>(
      std::count_if(arguments.begin(), arguments.end(), [&](const std::string &argument) {
        const auto files = files_of(argument);
        return std::any_of(files.begin(), files.end(),
                           [&](const std::string &file) { return same_file(file, path); });
      }));
}

// What no command may overwrite, because it writes no such file: a journal, a key.
const char *kept_kind(const std::string &path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && info.st_size == 32 && (info.st_mode & 077) == 0) {
    return "looks like a key";
  }
  const std::string database = "SQLite format 3";
  std::string head(database.size(), ' ');
  std::ifstream(path, std::ios::binary)
      .read(head.data(), static_cast<std::streamsize>(head.size()));
  return head == database ? "is a database" : nullptr;
}

}  // namespace

void remember_arguments(int argc, char **argv) {
  arguments.assign(argv + std::min(argc, 1), argv + argc);
}

void add_force(CLI::App &command) {
  command.add_flag("--force", force, "overwrite files that exist");
}

void check_new(const std::string &path, const std::string &replaces) {
  std::error_code ignored;
  if (path.empty() || !std::filesystem::is_regular_file(path, ignored)) return;
  const auto refuse = [&](const std::string &what) {
    throw std::runtime_error(path + ": " + what);
  };
  if (!force) refuse("exists; it is not overwritten without --force");
  // Once as the output itself.
  if (times_named(path) > (same_file(path, replaces) ? 2u : 1u)) {
    refuse("is an input of this command; --force overwrites earlier outputs");
  }
  if (const char *kind = kept_kind(path)) {
    refuse(std::string(kind) + "; it is not overwritten, not with --force either");
  }
}

void check_new_folder(const std::string &path) {
  std::error_code ignored;
  if (force || !std::filesystem::is_directory(path, ignored)) return;
  if (std::filesystem::is_empty(path, ignored)) return;
  throw std::runtime_error(path + ": holds files; none is overwritten without --force");
}

namespace {

const std::string &checked(const std::string &path) {
  check_new(path);
  data::check_output_name(path, data::RowFormat::text, true);
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw std::runtime_error(path + ": cannot be written: not an ordinary file");
  }
  return path;
}

}  // namespace

NewText::NewText(const std::string &path) : file_(checked(path)) {}

void NewText::commit(std::string_view text) {
  file_.write(text);
  file_.commit();
}

}  // namespace recveil::cli
