// Writing a file that appears whole or not at all.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace recveil::data {

// The file under its temporary name; gone unless commit() was reached. All throw Error(Status::io),
// naming `path`.
class WholeFile {
 public:
  explicit WholeFile(const std::string &path);
  ~WholeFile();
  WholeFile(const WholeFile &) = delete;
  WholeFile &operator=(const WholeFile &) = delete;

  void write(std::string_view text);
  void commit();  // flushes to the disk and renames

 private:
  [[noreturn]] void fail() const;

  std::string path_, name_;
  std::FILE *file_ = nullptr;
};

// The id as a field of the CSV file `path`, quoted where it must be. Throws Error(Status::data) for
// one that no line can hold (empty, or with a line feed or a NUL byte).
std::string csv_field(const std::string &id, const std::string &path);

}  // namespace recveil::data
