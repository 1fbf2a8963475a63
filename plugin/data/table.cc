#include "data/table.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "data/fields.h"
#include "data/spec.h"

namespace recveil::data {

Table::Table(const std::string &path, TableFormat format)
    : format_(std::move(format)), lines_(path) {
  if (!format_.header) return;
  if (!next()) throw Error(Status::data, file() + ": the file is empty");
  header_.assign(fields_.begin(), fields_.end());
}

bool Table::next() {
  std::string_view line;
  if (!lines_.next(line)) return false;
  if (format_.quotes) {
    const char *fault = split_quoted(line, format_.separator, fields_, scratch_);
    if (fault != nullptr) fail(fault);
  } else {
    split(line, format_.separator, fields_);
  }
  if (format_.width == 0) format_.width = fields_.size();
  if (fields_.size() != format_.width) {
    fail("the line has " + std::to_string(fields_.size()) + " fields, not " +
         std::to_string(format_.width));
  }
  return true;
}

std::size_t Table::find_column(std::string_view column, std::string_view field) const {
  std::uint64_t position = 0;
  if (parse_count(column, position) == nullptr) {
    if (position < format_.width) return static_cast<std::size_t>(position);
    fail_field(field, "there is no column " + std::to_string(position) + ", columns are 0 to " +
                          std::to_string(format_.width - 1));
  }
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) {
    const std::vector<std::string_view> names(header_.begin(), header_.end());
    fail_field(field, "there is no column " + in_quotes(column) + "; did you mean " +
                          in_quotes(nearest(column, names)) + "?");
  }
  if (std::find(found + 1, header_.end(), column) != header_.end()) {
    fail_field(field, "two columns are called " + in_quotes(column));
  }
  return static_cast<std::size_t>(found - header_.begin());
}

std::string_view Table::text(std::size_t column, std::string_view field) const {
  if (fields_[column].empty()) fail_field(field, "is empty");
  return fields_[column];
}

void Table::fail(std::string_view what) const {
  throw Error(Status::data,
              file() + ":" + std::to_string(lines_.number()) + ": " + std::string(what));
}

void Table::fail_field(std::string_view field, const std::string &what) const {
  fail("field " + std::string(field) + ": " + what);
}

}  // namespace recveil::data
