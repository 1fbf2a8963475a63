// Writing a file that appears whole or not at all.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "data/packer.h"

namespace recveil::data {

// The file under its temporary name; gone unless commit() was reached. A name that ends in .gz or
// .xz is of a packed file. What is no regular file (/dev/stdout, a pipe) is written to at once. All
// throw Error(Status::io), naming `path`.
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
  void write_bytes(std::string_view bytes);

  std::string path_, name_;  // name_: the temporary one; empty: there is none
  std::FILE *file_ = nullptr;
  std::unique_ptr<Packer> packer_;  // none: the file is plain
};

// The id as a field of the CSV file `path`, quoted where it must be. Throws Error(Status::data) for
// one that no field can hold (empty, or with a NUL byte).
std::string csv_field(const std::string &id, const std::string &path);

}  // namespace recveil::data
