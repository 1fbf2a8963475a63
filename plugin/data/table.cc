#include "data/table.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "data/fields.h"
#include "data/id_text.h"
#include "data/spec.h"
#include "text/utf8.h"

namespace recveil::data {
namespace {

// For a table of one column that was meant to have more.
std::string separator_hint(std::string_view line) {
  for (const auto &[mark, option] : {std::pair{'\t', "tab"},
                                     {';', "semicolon"},
                                     {'|', "pipe"},
                                     {',', "comma"},
                                     {' ', "space"}}) {
    if (line.find(mark) != line.npos)
      return std::string("; is the separator another? sep=") + option;
  }
  return "";
}

bool is_field_name(std::string_view name) {
  for (const char *field : {"user", "item", "rating", "time", "rank", "member"}) {
    if (names_field(name, field)) return true;
  }
  return false;
}

}  // namespace

std::string separator_in_names(const std::string &path, const std::string &asked) {
  LineReader lines(path);
  std::string_view line;
  if (!lines.next(line) || line.find(asked) != line.npos) return asked;
  for (const char *other : {",", "\t", ";"}) {
    if (line.find(other) != line.npos) return other;
  }
  return asked;
}

Table::Table(const std::string &path, TableFormat format)
    : kind_(format.header),
      records_(path, {std::move(format.separator), format.quoting, format.width}) {
  if (kind_ == Header::names) read_header();
}

void Table::read_header() {
  if (!next_record()) throw Error(Status::data, file() + ": the file is empty");
  for (std::size_t c = 0; c < fields_.size(); ++c) {
    header_.emplace_back(field(c, std::to_string(c)));
  }
  const auto is_text = [](const std::string &name) { return !name.empty() && !is_number(name); };
  if (std::none_of(header_.begin(), header_.end(), is_text)) {
    fail("holds numbers, not the names of columns");
  }
  std::vector<std::string_view> above;
  split(records_.comment(), records_.format().separator, above);
  if (above.size() > 1 && above.size() == header_.size()) {
    fail("is taken for the names, not the comment above it; take its mark " +
         in_quotes(records_.comment().substr(0, 1)) + " away if it holds them");
  }
}

bool Table::next() {
  if (!next_record()) {
    check_names(true);
    return false;
  }
  numbers_.add(records_.lines().number());
  check_names(false);
  if (!header_.empty() && fields_[0] == header_[0]) refuse_names_again();
  return true;
}

bool Table::next_record() {
  std::string_view record;
  if (!records_.next(record)) return false;
  fields_ = records_.fields();
  const std::size_t width = records_.format().width;
  if (width == 0) records_.set_width(fields_.size());
  if (width != 0 && fields_.size() != width) fail_width(width);
  return true;
}

void Table::fail_width(std::size_t width) const {
  fail("the line has " + std::to_string(fields_.size()) +
       (fields_.size() == 1 ? " field, not " : " fields, not ") + std::to_string(width));
}

void Table::refuse_names_again() const {
  if (!std::ranges::equal(fields_, header_)) return;
  fail("repeats the names of the first line: were files put together? Take it out");
}

void Table::check_names(bool end) {
  if (kind_ != Header::detect || (names_ && names_->done() && !end)) return;
  if (!names_) {
    if (end) return;
    names_.emplace(fields_);
  } else if (!end) {
    names_->add(fields_);
    if (!names_->done()) return;
  }
  if (names_->names() && (end || names_->done())) {
    fail_row(0, looks_like_names());
  }
}

std::string Table::looks_like_names() const {
  return "looks like names (" + names_->words() +
         "); give header=1 if it is, header=0 if it is a row";
}

std::size_t Table::find_column(std::string_view column, std::string_view field,
                               std::size_t position) const {
  const std::size_t width = records_.format().width;
  const std::string where = file() + ":" + std::to_string(records_.lines().number());
  if (column.empty() && !header_.empty()) {
    if (const auto found = column_called(header_, field, where)) return *found;
    // Columns of other names are taken by their places, unless these say that they are for others.
    const bool theirs = position < header_.size() && is_field_name(header_[position]);
    const bool others = std::any_of(header_.begin(), header_.end(), [&](const std::string &name) {
      return names_field(name, "user") || names_field(name, "item");
    });
    if (theirs || others) {
      fail_field(field, "no column is called so; name one with " + std::string(field) + "=");
    }
  }
  const std::string place = std::to_string(position);
  if (column.empty()) column = place;
  std::uint64_t number = 0;
  if (parse_count(column, number) == nullptr) {
    if (number < width) return static_cast<std::size_t>(number);
    std::string what = "there is no column " + std::to_string(number) + ", columns are 0 to " +
                       std::to_string(width - 1);
    if (width == 1) what += separator_hint(fields_.empty() ? "" : fields_[0]);
    fail_field(field, what);
  }
  const auto same = [&](const std::string &name) {
    return name == column || without_type(name) == column;
  };
  const auto found = std::find_if(header_.begin(), header_.end(), same);
  if (found == header_.end()) {
    std::vector<std::string_view> names;
    for (const std::string &name : header_) names.push_back(without_type(name));
    fail_field(field, "there is no column " + in_quotes(column) + "; did you mean " +
                          in_quotes(nearest(column, names)) + "?");
  }
  if (std::find_if(found + 1, header_.end(), same) != header_.end()) {
    fail_field(field, "two columns are called " + in_quotes(column));
  }
  return static_cast<std::size_t>(found - header_.begin());
}

std::string_view Table::field(std::size_t column, std::string_view name) const {
  const std::string_view out = trimmed(fields_[column]);
  if (records_.lines().any_not_ascii() && text::first_not_utf8(out) != out.npos) {
    fail_field(name, "is not UTF-8");
  }
  if (records_.format().unsure() && records_.lines().any_quote() && out.size() > 1 &&
      out.front() == '"' && out.back() == '"') {
    fail_field(name,
               in_quotes(out) + " is in quotes; give quotes=1, or quotes=0 if they belong to it");
  }
  return out;
}

std::string_view Table::text(std::size_t column, std::string_view name) const {
  const std::string_view out = field(column, name);
  if (out.empty()) fail_field(name, "is empty");
  return out;
}

std::string_view Table::id(std::size_t column, std::string_view name) const {
  const std::string_view written = text(column, name);
  std::string_view out = written;
  if (const char *fault = normal_id(out, !records_.lines().any_not_ascii(), id_scratch_)) {
    fail_field(name, in_quotes(written) + " " + fault);
  }
  return out;
}

void Table::fail_field(std::string_view field, const std::string &what) const {
  if (kind_ == Header::detect && names_ && numbers_.rows() == 1 &&
      std::any_of(fields_.begin(), fields_.end(), is_field_name)) {
    fail(looks_like_names());  // what is wrong with a row of names says less
  }
  fail("field " + text::shown(field, 60) + ": " + what);
}

void Table::fail_row(std::uint64_t row, const std::string &what) const {
  throw Error(Status::data, file() + ":" + std::to_string(numbers_.of(row)) + ": " + what);
}

}  // namespace recveil::data
