#include "data/csv.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "data/fields.h"
#include "data/read_table.h"
#include "data/spec.h"

namespace recveil::data {
namespace {

struct CsvSpec {
  std::string file, attributes;  // attributes empty: none
  InteractionFormat format;
};

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

Duplicates duplicates_of(std::string_view value) {
  if (value == "error") return Duplicates::error;
  if (value == "first") return Duplicates::first;
  if (value == "last") return Duplicates::last;
  fail("duplicates", value, "is not error, first or last");
}

CsvSpec parse(std::string_view spec) {
  static constexpr std::array<std::string_view, 8> kKeys{
      "user", "item", "rating", "time", "sep", "header", "attributes", "duplicates"};
  const std::size_t mark = std::min(spec.find('?'), spec.size());
  CsvSpec out;
  out.file = spec.substr(0, mark);
  out.format.table.quotes = true;
  if (out.file.empty()) throw Error(Status::argument, "csv: the SPEC names no file");

  const std::string_view text = mark < spec.size() ? spec.substr(mark + 1) : "";
  const Options options = parse_options("csv", text, '&', kKeys);
  for (const auto &[key, value] : options) {
    if (value.empty()) fail(key, value, "is empty");
    if (key == "user") out.format.user = value;
    if (key == "item") out.format.item = value;
    if (key == "rating") out.format.rating = value;
    if (key == "time") out.format.time = value;
    if (key == "sep") out.format.table.separator = separator_of(value);
    if (key == "header") out.format.table.header = header_of(value);
    if (key == "attributes") out.attributes = value;
    if (key == "duplicates") out.format.duplicates = duplicates_of(value);
  }
  for (const auto &[key, value] : options) {
    std::uint64_t position = 0;
    const bool column = key == "user" || key == "item" || key == "rating" || key == "time";
    if (column && !out.format.table.header && parse_count(value, position) != nullptr) {
      fail(key, value, "is not a number, and column names need header=1");
    }
  }
  return out;
}

}  // namespace

Dataset load_csv(std::string_view spec) {
  const CsvSpec csv = parse(spec);
  Dataset dataset;
  dataset.name = "csv:" + std::filesystem::path(csv.file).filename().string();
  read_interactions(csv.file, csv.format, dataset);
  if (!csv.attributes.empty()) {
    const TableFormat table{csv.format.table.separator, true, true, 0};
    dataset.attributes = read_attributes(csv.attributes, {table, {}}, dataset);
  }
  return dataset;
}

}  // namespace recveil::data
