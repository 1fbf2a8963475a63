// The bytes of a file as they are meant: plain, or decompressed from gzip (.gz) or xz (.xz).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace recveil::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Writes between 1 and out.size() bytes to the front of `out` and returns how many; 0 is the end.
  // REQUIRES: out is not empty. Throws Error(Status::io) when the file cannot be read and
  // Error(Status::data) when a compressed file is corrupt or ends too early, naming the file.
  virtual std::size_t read(std::span<char> out) = 0;
};

enum class Packing { none, gzip, xz };

// By the ending of a name, .gz or .xz in letters of either case.
Packing packing_of_name(std::string_view name);

struct OpenFile {
  std::string name;  // the path that was opened
  std::unique_ptr<ByteSource> bytes;
  bool packed = false;
};

// Opens the first of `path`, `path`.xz and `path`.gz that exists; what it holds says how it is
// packed, whatever its name. A pipe (`<(command)` of a shell) can be opened any number of times:
// see data/pipe.h. Throws Error(Status::io), naming `path` if none exists.
OpenFile open_file(const std::string &path);

}  // namespace recveil::data
