// The records of a text file: its lines, where no quoted field goes over several of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/fields.h"
#include "data/line_reader.h"

namespace recveil::data {

enum class Quoting : std::uint8_t {
  detect,  // none if the separator is a tab, and then a field in quotes is an error; else quoted
  none,    // quotes are text
  quoted,  // fields may be quoted (data/fields.h split_quoted)
};

struct RecordFormat {
  std::string separator = ",";  // one or more bytes
  Quoting quoting = Quoting::detect;
  std::size_t width = 0;  // fields a record; 0: any

  bool quoted() const {
    return quoting == Quoting::quoted || (quoting == Quoting::detect && separator != "\t");
  }
  // Whether a field in quotes may be a quoted one or not, so that neither is right.
  bool unsure() const { return quoting == Quoting::detect && separator == "\t"; }
};

// The fields of a record. By RFC 4180; where that is no record, or one of another width, with
// backslashes before quotes, as MySQL and Spark write them. ends: where each field ends in
// `record`; may be null. The views go into `record` or `scratch`.
Quotes split_record(std::string_view record, const RecordFormat &format,
                    std::vector<std::string_view> &fields, std::string &scratch,
                    std::vector<std::size_t> *ends = nullptr);

class RecordReader {
 public:
  // Opens the file. Throws Error(Status::io or Status::data).
  RecordReader(const std::string &path, RecordFormat format);

  // Sets `record` to the next one, good until the next call; false at the end. Lines above the
  // first that are comments (they begin with % or # and a blank) are none, nor are empty lines at
  // the end. Throws Error(Status::data) for an empty line in the middle, quotes that are wrong, a
  // file that is JSON, HTML or XML, and as LineReader::next() does.
  bool next(std::string_view &record);
  // The fields of that record, good as long as it.
  const std::vector<std::string_view> &fields();

  const RecordFormat &format() const { return format_; }
  void set_width(std::size_t width) { format_.width = width; }
  // From now on empty lines are records of one empty field, also those at the end.
  void keep_empty() { empty_kept_ = true; }
  const LineReader &lines() const { return lines_; }
  // The last comment above the first record; empty: there is none.
  const std::string &comment() const { return comment_; }

 private:
  bool is_blank(std::string_view line) const;
  void expect_end();
  void join_lines();

  RecordFormat format_;
  LineReader lines_;
  std::string comment_, scratch_;
  std::string_view record_;
  std::vector<std::string_view> fields_;
  bool begun_ = false, split_ = false, empty_kept_ = false;
};

}  // namespace recveil::data
