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

  // Sets `line` to the next line without its end, good until the next call; false at the end of the
  // file. Lines end in LF or CR LF, or all of them in CR alone (Excel for Mac); the last may have
  // no end. A UTF-8 byte order mark before the first line is skipped. Throws Error(Status::data)
  // for a file that is no text in UTF-8 (naming what it is), a line over kMaxLine bytes, one with a
  // NUL byte, and one with an end of the other kind outside quotes, and what ByteSource::read()
  // throws.
  bool next(std::string_view &line);

  // Makes `line`, which next() gave, longer by the line after it, with the end between them as it
  // is in the file; false at the end of the file. Throws as next(). For fields that hold line ends.
  bool extend(std::string_view &line);

  const std::string &name() const { return file_.name; }
  std::uint64_t number() const { return number_; }  // of the first line that `line` covers, from 1

  // Whether what was read so far holds a quotation mark, or a byte that is not ASCII, anywhere: if
  // not, no line needs to be searched for them.
  bool any_quote() const { return any_quote_; }
  bool any_not_ascii() const { return any_not_ascii_; }

  // Throws Error(Status::data, "FILE:LINE: what") about that line.
  [[noreturn]] void fail(std::string_view what) const;

 private:
  const char *find_end(std::size_t from);
  bool fill();
  void look_at(std::string_view bytes);
  void begin_file();
  void set_line(std::string_view &line, const char *end);

  OpenFile file_;
  std::unique_ptr<char[]> buffer_;
  // begin_: of the line; next_: of the line after it; end_: of what is read from the file.
  std::size_t begin_ = 0, next_ = 0, end_ = 0;
  bool begun_ = false, ended_ = false;
  char end_of_line_ = '\n';
  bool any_quote_ = false, any_not_ascii_ = false, any_nul_ = false, any_return_ = false;
  std::uint64_t number_ = 0, lines_ = 0;  // lines_: that were taken from the file
};

}  // namespace recveil::data
