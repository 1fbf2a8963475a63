// csv:FILE?..., see data/load.h, and the options that every file of that kind takes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/arrange.h"
#include "data/dataset.h"
#include "data/spec.h"
#include "data/table.h"

namespace recveil::data {

// FILE or FILE?key=value&...
struct CsvFile {
  std::string path;
  TableFormat table;  // from the options sep and header; fields may be quoted
  Options options;    // all of them, as views into the text that was parsed

  // The option's value, or `fallback` where it is not given.
  std::string option(std::string_view key, std::string_view fallback) const;
};

// columns: keys whose value names a column; others: keys that may be given besides these, sep and
// header. Throws Error(Status::argument) where no file is named, for an option that is unknown,
// given twice or empty, and for a column that is not a number where there is no header.
CsvFile parse_csv_file(std::string_view text, std::span<const std::string_view> columns,
                       std::span<const std::string_view> others);

// The option duplicates=error, first or last; Error(Status::argument) for another.
Duplicates duplicates_of(const CsvFile &file);

// `spec` is the part after "csv:". Throws Error(Status::argument) for a wrong SPEC, and
// Error(Status::io or Status::data) for a wrong file.
Dataset load_csv(std::string_view spec);

}  // namespace recveil::data
