// csv:FILE?..., see data/load.h, and the options that every file of that kind takes.
#pragma once

#include <optional>
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
  TableFormat table;  // from the options sep, header and quotes
  Options options;    // all of them, as views into the text that was parsed

  // The option's value, or `fallback` where it is not given.
  std::string option(std::string_view key, std::string_view fallback) const;
  // The option's value, or nothing where it is not given.
  std::optional<std::string> given(std::string_view key) const;
};

// columns: keys whose value names a column; others: keys that may be given besides these, sep,
// header and quotes. Throws Error(Status::argument) where no file is named, for an option that is
// unknown or given twice, for an empty one other than rating and time (then that column is not
// read), and for a column that is not a number where there is no header.
CsvFile parse_csv_file(std::string_view text, std::span<const std::string_view> columns,
                       std::span<const std::string_view> others);

// The separator that a text stands for: "tab" and \\t are a tab, "space" is a space, "comma",
// "semicolon" and "pipe" their marks; anything else is itself. Throws Error(Status::argument) with
// `option` in front for an empty one and one that holds a quote or a line end.
std::string separator_of(std::string_view text, const std::string &option);

// The option duplicates=error, first or last; Error(Status::argument) for another.
Duplicates duplicates_of(const CsvFile &file);

// `spec` is the part after "csv:". Throws Error(Status::argument) for a wrong SPEC, and
// Error(Status::io or Status::data) for a wrong file.
Dataset load_csv(std::string_view spec);

}  // namespace recveil::data
