// The bytes of a file as they are meant: plain, or decompressed from gzip (.gz) or xz (.xz).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace recveil::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Writes between 1 and out.size() bytes to the front of `out` and returns how many; 0 is the end.
  // REQUIRES: out is not empty. Throws Error(Status::io) when the file cannot be read and
  // Error(Status::data) when a compressed file is corrupt or ends too early, naming the file.
  virtual std::size_t read(std::span<char> out) = 0;
};

struct OpenFile {
  std::string name;  // the path that was opened
  std::unique_ptr<ByteSource> bytes;
};

// Opens the first of `path`, `path`.xz and `path`.gz that exists; the ending of the name says how
// it is packed. Throws Error(Status::io), naming `path` if none exists.
OpenFile open_file(const std::string &path);

}  // namespace recveil::data
