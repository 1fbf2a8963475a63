// A folder for the files of a test, gone with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace recveil::support {

class TempFolder {
 public:
  TempFolder() : path_((std::filesystem::temp_directory_path() / "recveil-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp: " + path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder &) = delete;
  TempFolder &operator=(const TempFolder &) = delete;

  const std::string &path() const { return path_; }
  std::string operator/(const std::string &name) const { return path_ + "/" + name; }
  // Writes the file and returns its path. A file of that name goes first: some file systems wait
  // for the disk when a file is written over.
  std::string write(const std::string &name, std::string_view text) const {
    std::filesystem::remove(*this / name);
    std::ofstream(*this / name, std::ios::binary) << text;
    return *this / name;
  }

 private:
  std::string path_;
};

}  // namespace recveil::support
