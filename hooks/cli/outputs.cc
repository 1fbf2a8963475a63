#include "outputs.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "data/row_file.h"

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
