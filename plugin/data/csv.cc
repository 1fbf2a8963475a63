#include "data/csv.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/fields.h"
#include "data/read_table.h"

namespace recveil::data {
namespace {

[[noreturn]] void fail(std::string_view key, std::string_view value, const char *what) {
  throw Error(Status::argument, "csv: " + std::string(key) + ": " + in_quotes(value) + " " + what);
}

std::string separator_of(std::string_view value) {
  if (value == "tab" || value == "\\t") return "\t";
  if (value.find('"') != value.npos) fail("sep", value, "holds a quote");
  return std::string(value);
}

bool header_of(std::string_view value) {
  if (value != "0" && value != "1") fail("header", value, "is neither 0 nor 1");
  return value == "1";
}

}  // namespace

std::string CsvFile::option(std::string_view key, std::string_view fallback) const {
  for (const auto &[name, value] : options) {
    if (name == key) return std::string(value);
  }
  return std::string(fallback);
}

CsvFile parse_csv_file(std::string_view text, std::span<const std::string_view> columns,
                       std::span<const std::string_view> others) {
  std::vector<std::string_view> keys(columns.begin(), columns.end());
  keys.insert(keys.end(), others.begin(), others.end());
  keys.insert(keys.end(), {"sep", "header"});
  const std::size_t mark = std::min(text.find('?'), text.size());
  CsvFile out;
  out.path = text.substr(0, mark);
  out.table.quotes = true;
  if (out.path.empty()) throw Error(Status::argument, "csv: the SPEC names no file");

  out.options = parse_options("csv", mark < text.size() ? text.substr(mark + 1) : "", '&', keys);
  for (const auto &[key, value] : out.options) {
    if (value.empty()) fail(key, value, "is empty");
    if (key == "sep") out.table.separator = separator_of(value);
    if (key == "header") out.table.header = header_of(value);
  }
  for (const auto &[key, value] : out.options) {
    std::uint64_t position = 0;
    const bool column = std::find(columns.begin(), columns.end(), key) != columns.end();
    if (column && !out.table.header && parse_count(value, position) != nullptr) {
      fail(key, value, "is not a number, and column names need header=1");
    }
  }
  return out;
}

Duplicates duplicates_of(const CsvFile &file) {
  const std::string value = file.option("duplicates", "error");
  if (value == "error") return Duplicates::error;
  if (value == "first") return Duplicates::first;
  if (value == "last") return Duplicates::last;
  fail("duplicates", value, "is not error, first or last");
}

Dataset load_csv(std::string_view spec) {
  static constexpr std::array<std::string_view, 4> kColumns{"user", "item", "rating", "time"};
  static constexpr std::array<std::string_view, 2> kOthers{"attributes", "duplicates"};
  const CsvFile csv = parse_csv_file(spec, kColumns, kOthers);
  const InteractionFormat format{csv.option("user", "0"),
                                 csv.option("item", "1"),
                                 csv.option("rating", ""),
                                 csv.option("time", ""),
                                 csv.table,
                                 duplicates_of(csv)};
  Dataset dataset;
  dataset.name = "csv:" + std::filesystem::path(csv.path).filename().string();
  read_interactions(csv.path, format, dataset);
  const std::string attributes = csv.option("attributes", "");
  if (!attributes.empty()) {
    const TableFormat table{csv.table.separator, true, true, 0};
    dataset.attributes = read_attributes(attributes, {table, {}}, dataset);
  }
  return dataset;
}

}  // namespace recveil::data
