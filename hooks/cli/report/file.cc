#include "report/file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace recveil::cli {
namespace {

[[noreturn]] void fail(const std::string &path) {
  throw std::runtime_error(path + ": cannot be written: " + std::generic_category().message(errno));
}

}  // namespace

ReportFile::ReportFile(const std::string &path)
    : path_(path), name_(path + ".tmp-" + std::to_string(::getpid())) {
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)) {
    throw std::runtime_error(path + ": cannot be written: not an ordinary file");
  }
  file_.open(name_, std::ios::binary | std::ios::trunc);
  if (!file_) fail(path_);
}

ReportFile::~ReportFile() {
  if (!name_.empty()) std::remove(name_.c_str());
}

void ReportFile::commit(const std::string &text) {
  file_ << text;
  file_.close();
  if (!file_ || std::rename(name_.c_str(), path_.c_str()) != 0) fail(path_);
  name_.clear();
}

}  // namespace recveil::cli
