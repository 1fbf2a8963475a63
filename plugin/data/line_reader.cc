#include "data/line_reader.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/watch.h"
#include "data/sniff.h"

namespace recveil::data {

namespace {

// Holds the longest legal line with its end: full without a line end is an error.
constexpr std::size_t kBufferSize = kMaxLine + 2;

// The first line end outside quotes says how all lines end.
char find_line_end(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (quoted || (text[at] != '\n' && text[at] != '\r')) continue;
    const std::size_t after = text.find_first_not_of('\r', at);
    return after != text.npos && text[after] != '\n' && text[at] == '\r' ? '\r' : '\n';
  }
  return '\n';
}

}  // namespace

LineReader::LineReader(const std::string &path)
    : file_(open_file(path)), buffer_(std::make_unique_for_overwrite<char[]>(kBufferSize)) {}

void LineReader::fail(std::string_view what) const {
  throw Error(Status::data, name() + ":" + std::to_string(number_) + ": " + std::string(what));
}

// One pass without branches over what was read, so that clean files pay nothing a line.
void LineReader::look_at(std::string_view bytes) {
  unsigned char all = 0, nul = 0, quote = 0, carriage_return = 0;
  for (const char c : bytes) {
    all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    nul = static_cast<unsigned char>(nul | (c == '\0'));
    quote = static_cast<unsigned char>(quote | (c == '"'));
    carriage_return = static_cast<unsigned char>(carriage_return | (c == '\r'));
  }
  any_not_ascii_ |= all >= 0x80;
  any_nul_ |= nul != 0;
  any_quote_ |= quote != 0;
  any_return_ |= carriage_return != 0;
}

void LineReader::begin_file() {
  begun_ = true;
  while (end_ < kSniffed && fill()) continue;
  const std::string_view head(buffer_.get(), end_);
  const std::string what = no_text(head.substr(0, kSniffed));
  if (!what.empty()) throw Error(Status::data, name() + ": " + what);
  if (head.starts_with("\xEF\xBB\xBF")) next_ = 3;
  end_of_line_ = find_line_end(head);
}

// Reads more of the file after end_, where the buffer has room; false: nothing more came.
bool LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    next_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == kBufferSize) return false;
  pulse();
  const std::size_t count = file_.bytes->read({buffer_.get() + end_, kBufferSize - end_});
  look_at({buffer_.get() + end_, count});
  ended_ = count == 0;
  end_ += count;
  return count > 0;
}

// The end of the line at next_, searched from there, as a place in the buffer; null: it has none.
const char *LineReader::find_end(std::size_t from) {
  while (true) {
    const char *start = buffer_.get() + from;
    const auto *end = static_cast<const char *>(std::memchr(start, end_of_line_, end_ - from));
    if (end != nullptr) return end;
    const std::size_t done = end_ - begin_;
    if (!fill()) return nullptr;
    from = begin_ + done;
  }
}

void LineReader::set_line(std::string_view &line, const char *end) {
  ++lines_;
  const char *start = buffer_.get() + begin_;
  const char *stop = end != nullptr ? end : buffer_.get() + end_;
  next_ = static_cast<std::size_t>(stop - buffer_.get()) + (end != nullptr ? 1 : 0);
  line = {start, static_cast<std::size_t>(stop - start)};
  while (any_return_ && line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > kMaxLine) fail("the line is longer than 1 MiB");
  if (any_nul_ && line.find('\0') != line.npos) fail("the line holds a NUL byte");
  const char other = end_of_line_ == '\n' ? '\r' : '\n';
  if (any_return_ && line.find(other) != line.npos && line.find('"') == line.npos) {
    fail(other == '\r' ? "holds a carriage return, and the lines before it end in line feeds"
                       : "ends in a line feed, and the lines before it in carriage returns");
  }
}

bool LineReader::next(std::string_view &line) {
  if (!begun_) begin_file();
  begin_ = next_;
  const char *end = find_end(begin_);
  if (begin_ == end_) return false;
  number_ = lines_ + 1;
  set_line(line, end);
  return true;
}

bool LineReader::extend(std::string_view &line) {
  if (next_ == end_ && !fill()) return false;
  set_line(line, find_end(next_));
  return true;
}

}  // namespace recveil::data
