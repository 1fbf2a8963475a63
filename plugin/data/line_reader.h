// The lines of a text file, plain or packed, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "data/byte_source.h"

namespace recveil::data {

constexpr std::size_t kMaxLine = std::size_t{1} << 20;  // bytes, without the line's end

class LineReader {
 public:
  // Opens as open_file() does, and throws what it throws.
  explicit LineReader(const std::string &path);

  // Sets `line` to the next line without its end (LF or CR LF; the last may have none), good until
  // the next call; false at the end of the file. A UTF-8 byte order mark before the first line is
  // skipped. Throws Error(Status::data) for a line over kMaxLine bytes or one with a NUL byte, and
  // what ByteSource::read() throws.
  bool next(std::string_view &line);

  const std::string &name() const { return file_.name; }
  std::uint64_t number() const { return number_; }  // of the last line, from 1
  // Throws Error(Status::data) with the name of the file and the number of the last line.
  [[noreturn]] void fail(const char *what) const;

 private:
  OpenFile file_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of buffer_ is read from the file and not yet handed out
  bool ended_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace recveil::data
