#include "data/line_reader.h"

#include <cstring>

#include "core/error.h"
#include "core/watch.h"

namespace recveil::data {

namespace {
// Holds the longest legal line with its end: full without a line end is an error.
constexpr std::size_t kBufferSize = kMaxLine + 2;
}  // namespace

LineReader::LineReader(const std::string &path)
    : file_(open_file(path)), buffer_(std::make_unique_for_overwrite<char[]>(kBufferSize)) {}

void LineReader::fail(const char *what) const {
  throw Error(Status::data, name() + ":" + std::to_string(number_) + ": " + what);
}

bool LineReader::next(std::string_view &line) {
  const char *newline = nullptr;
  while (true) {
    const char *start = buffer_.get() + begin_;
    newline = static_cast<const char *>(std::memchr(start, '\n', end_ - begin_));
    if (newline != nullptr || ended_) break;
    std::memmove(buffer_.get(), start, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == kBufferSize) break;
    pulse();
    const std::size_t count = file_.bytes->read({buffer_.get() + end_, kBufferSize - end_});
    ended_ = count == 0;
    end_ += count;
  }
  if (begin_ == end_) return false;

  ++number_;
  const char *start = buffer_.get() + begin_;
  const char *stop = newline != nullptr ? newline : buffer_.get() + end_;
  line = {start, static_cast<std::size_t>(stop - start)};
  begin_ += line.size() + (newline != nullptr ? 1 : 0);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.size() > kMaxLine) fail("the line is longer than 1 MiB");
  if (line.find('\0') != line.npos) fail("the line holds a NUL byte");
  return true;
}

}  // namespace recveil::data
