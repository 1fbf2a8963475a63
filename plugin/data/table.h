// The rows of a text file as fields, all rows of the same width, with errors that name the place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_reader.h"

namespace recveil::data {

struct TableFormat {
  std::string separator = ",";  // one or more bytes
  bool header = false;          // the first line holds the names of the columns
  bool quotes = false;          // fields may be quoted (data/fields.h, split_quoted)
  std::size_t width = 0;        // fields a row; 0: as many as the first line has
};

class Table {
 public:
  // Opens the file and reads its header, if it has one. Throws Error(Status::io or Status::data).
  Table(const std::string &path, TableFormat format);

  // Reads the next row; false at the end. Throws Error(Status::data) for a row of another width.
  bool next();
  std::span<const std::string_view> fields() const { return fields_; }  // good until next()

  // The names of the columns; empty without a header.
  const std::vector<std::string> &header() const { return header_; }
  const std::string &file() const { return lines_.name(); }
  // Every row is one line: row r (from 0) is line r + first_line().
  std::uint64_t first_line() const { return format_.header ? 2 : 1; }

  // The position of the column that `column` names: a number counts from 0, anything else is a name
  // in the header. `field` is what the column is for. Throws Error(Status::data) if there is no
  // such column. REQUIRES: a row or the header has been read.
  std::size_t find_column(std::string_view column, std::string_view field) const;

  // A field that must not be empty, such as an id.
  std::string_view text(std::size_t column, std::string_view field) const;
  bool empty(std::size_t column) const { return fields_[column].empty(); }

  // Throw Error(Status::data, "FILE:LINE: ...") about the row that was read last.
  [[noreturn]] void fail(std::string_view what) const;
  [[noreturn]] void fail_field(std::string_view field, const std::string &what) const;

 private:
  TableFormat format_;
  LineReader lines_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::string scratch_;
};

}  // namespace recveil::data
