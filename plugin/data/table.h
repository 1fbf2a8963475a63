// The rows of a text file as fields, all rows of the same width, with errors that name the place.
// Every file of lines is read by this class, so that one set of rules holds (docs/files.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_numbers.h"
#include "data/names.h"
#include "data/record_reader.h"

namespace recveil::data {

enum class Header : std::uint8_t {
  detect,  // no line of names; a first line that looks like one is an error
  none,    // no line of names, whatever the first line looks like
  names,   // the first line holds the names of the columns
};

struct TableFormat {
  std::string separator = ",";  // one or more bytes
  Header header = Header::detect;
  Quoting quoting = Quoting::detect;
  std::size_t width = 0;  // fields a row; 0: as many as the first line has
};

// The separator of a file whose first line holds names: `asked` if that stands in the line, else a
// comma, a tab or a semicolon that does, else `asked`. Opens the file, and throws as Table().
std::string separator_in_names(const std::string &path, const std::string &asked);

class Table {
 public:
  // Opens the file and reads its names, if it has some. Throws Error(Status::io or Status::data).
  Table(const std::string &path, TableFormat format);

  // Reads the next row; false at the end. Throws Error(Status::data) for a row of another width,
  // where no names were declared but the first line looks like names (said by the time 20 rows were
  // read), for a row that repeats the names, and as RecordReader::next() does.
  bool next();

  // A field of the row, good until the next call of next(), text() or id(). Blanks at its ends do
  // not count. Throws Error(Status::data) if it is not UTF-8. `name` is what it is for.
  std::string_view field(std::size_t column, std::string_view name) const;
  // The same, not empty.
  std::string_view text(std::size_t column, std::string_view name) const;
  // The same as an id (data/id_text.h).
  std::string_view id(std::size_t column, std::string_view name) const;
  // The fields as they are in the file, good until next().
  std::span<const std::string_view> fields() const { return fields_; }

  // The names of the columns; empty without a line of names.
  const std::vector<std::string> &header() const { return header_; }
  const std::string &file() const { return records_.lines().name(); }
  // Which line each of the rows read so far began on, by their number from 0.
  const LineNumbers &lines() const { return numbers_; }

  // The position of the column that `column` names: a number counts from 0, anything else is a name
  // of the header. `field` is what the column is for. Empty: the column that is called as `field`
  // is, and where there is no header `position`. Throws Error(Status::data) if there is no such
  // column. REQUIRES: a row or the header has been read.
  std::size_t find_column(std::string_view column, std::string_view field,
                          std::size_t position) const;

  // Throw Error(Status::data, "FILE:LINE: ...") about the row that was read last, or another one.
  [[noreturn]] void fail(std::string_view what) const { records_.lines().fail(what); }
  [[noreturn]] void fail_field(std::string_view field, const std::string &what) const;
  [[noreturn]] void fail_row(std::uint64_t row, const std::string &what) const;

 private:
  bool next_record();
  void read_header();
  void check_names(bool end);
  std::string looks_like_names() const;
  void refuse_names_again() const;
  [[noreturn]] void fail_width(std::size_t width) const;

  Header kind_;
  RecordReader records_;
  LineNumbers numbers_;
  std::vector<std::string> header_;
  std::span<const std::string_view> fields_;
  mutable std::string id_scratch_;
  std::optional<NamesCheck> names_;
};

}  // namespace recveil::data
