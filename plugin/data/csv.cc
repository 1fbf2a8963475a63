#include "data/csv.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/fields.h"
#include "data/read_table.h"

namespace recveil::data {
namespace {

[[noreturn]] void fail(std::string_view key, std::string_view value, const char *what) {
  throw Error(Status::argument, "csv: " + std::string(key) + ": " + in_quotes(value) + " " + what);
}

bool is_on(std::string_view key, std::string_view value) {
  if (value != "0" && value != "1") fail(key, value, "is neither 0 nor 1");
  return value == "1";
}

}  // namespace

std::string separator_of(std::string_view text, const std::string &option) {
  static constexpr std::pair<std::string_view, const char *> kWords[] = {
      {"tab", "\t"},  {"\\t", "\t"},      {"space", " "},
      {"comma", ","}, {"semicolon", ";"}, {"pipe", "|"}};
  for (const auto &[word, separator] : kWords) {
    if (text == word) return separator;
  }
  const auto refuse = [&](const char *what) {
    throw Error(Status::argument, option + ": " + in_quotes(text) + " " + what);
  };
  if (text.empty()) refuse("is empty");
  if (text.find('"') != text.npos) refuse("holds a quote");
  if (text.find_first_of("\r\n") != text.npos) refuse("holds a line end");
  return std::string(text);
}

std::string CsvFile::option(std::string_view key, std::string_view fallback) const {
  for (const auto &[name, value] : options) {
    if (name == key) return std::string(value);
  }
  return std::string(fallback);
}

std::optional<std::string> CsvFile::given(std::string_view key) const {
  for (const auto &[name, value] : options) {
    if (name == key) return std::string(value);
  }
  return std::nullopt;
}

CsvFile parse_csv_file(std::string_view text, std::span<const std::string_view> columns,
                       std::span<const std::string_view> others) {
  std::vector<std::string_view> keys(columns.begin(), columns.end());
  keys.insert(keys.end(), others.begin(), others.end());
  keys.insert(keys.end(), {"sep", "header", "quotes"});
  const std::size_t mark = std::min(text.find('?'), text.size());
  CsvFile out;
  out.path = text.substr(0, mark);
  if (out.path.empty()) throw Error(Status::argument, "csv: the SPEC names no file");

  out.options = parse_options("csv", mark < text.size() ? text.substr(mark + 1) : "", '&', keys);
  for (const auto &[key, value] : out.options) {
    if (value.empty() && key != "rating" && key != "time") fail(key, value, "is empty");
    if (key == "sep") out.table.separator = separator_of(value, "csv: sep");
    if (key == "header") out.table.header = is_on(key, value) ? Header::names : Header::none;
    if (key == "quotes") out.table.quoting = is_on(key, value) ? Quoting::quoted : Quoting::none;
  }
  for (const auto &[key, value] : out.options) {
    std::uint64_t position = 0;
    const bool column = std::find(columns.begin(), columns.end(), key) != columns.end();
    if (column && !value.empty() && out.table.header != Header::names &&
        parse_count(value, position) != nullptr) {
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
  const InteractionFormat format{csv.option("user", ""),
                                 csv.option("item", ""),
                                 csv.given("rating"),
                                 csv.given("time"),
                                 csv.table,
                                 duplicates_of(csv)};
  Dataset dataset;
  dataset.name = "csv:" + std::filesystem::path(csv.path).filename().string();
  read_interactions(csv.path, format, dataset);
  const std::string attributes = csv.option("attributes", "");
  if (!attributes.empty()) {
    const TableFormat table{csv.table.separator, Header::names, csv.table.quoting, 0};
    dataset.attributes = read_attributes(attributes, {table, {}}, dataset);
  }
  return dataset;
}

}  // namespace recveil::data
