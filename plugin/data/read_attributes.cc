#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "data/fields.h"
#include "data/id_index.h"
#include "data/read_table.h"

namespace recveil::data {
namespace {

// The code of an age group of MovieLens 1M is its least age.
std::string_view age_group(const Table &table, std::string_view years) {
  static constexpr std::array<std::pair<std::uint64_t, std::string_view>, 7> kGroups{
      {{56, "56"}, {50, "50"}, {45, "45"}, {35, "35"}, {25, "25"}, {18, "18"}, {1, "1"}}};
  std::uint64_t age = 0;
  const char *fault = parse_count(years, age);
  if (fault == nullptr && age == 0) fault = "is not an age";
  if (fault != nullptr) table.fail_field("age", in_quotes(years) + " " + fault);
  return std::find_if(kGroups.begin(), kGroups.end(),
                      [&](auto &group) { return age >= group.first; })
      ->second;
}

std::vector<AttributeColumn> all_columns(const Table &table) {
  std::vector<AttributeColumn> columns;
  for (std::size_t position = 1; position < table.header().size(); ++position) {
    const std::string name(without_type(table.header()[position]));
    for (const AttributeColumn &other : columns) {
      if (other.name == name) table.fail("two columns are called " + in_quotes(name));
    }
    if (name.empty()) table.fail("column " + std::to_string(position) + " has no name");
    columns.push_back({name, position});
  }
  if (columns.empty()) table.fail("there is no column besides the user's id");
  return columns;
}

constexpr const char *kNoNames =
    " is no name but a value, so the line is a row; put a line of names above it, such as "
    "user,gender";

}  // namespace

std::vector<Attribute> read_attributes(const std::string &path, const AttributeFormat &format,
                                       const Dataset &dataset) {
  const std::size_t n_users = dataset.user_ids.size();
  std::unordered_map<std::string_view, std::size_t> row_of;
  row_of.reserve(n_users);
  for (std::size_t u = 0; u < n_users; ++u) row_of.emplace(dataset.user_ids[u], u);

  TableFormat layout = format.table;
  if (format.columns.empty()) layout.separator = separator_in_names(path, layout.separator);
  Table table(path, layout);
  const std::vector<AttributeColumn> columns =
      format.columns.empty() ? all_columns(table) : format.columns;
  const bool named = !table.header().empty();
  if (named && row_of.contains(table.header()[0])) {
    table.fail(in_quotes(table.header()[0]) + " is a user, so the line is a row" +
               (kNoNames + std::string_view(kNoNames).find(';')));
  }
  std::vector<Attribute> attributes(columns.size());
  std::vector<IdIndex> classes(columns.size());
  for (std::size_t a = 0; a < columns.size(); ++a) {
    attributes[a].name = columns[a].name;
    attributes[a].label.assign(n_users, -1);
  }

  std::vector<std::uint64_t> line_of(n_users, 0);  // 0: not seen
  while (table.next()) {
    const std::uint64_t line = table.lines().of(table.lines().rows() - 1);
    const auto found = row_of.find(table.id(0, "user"));
    for (std::size_t a = 0; named && a < columns.size(); ++a) {
      // A column whose name is one of its values.
      if (table.fields()[columns[a].position] != table.header()[columns[a].position]) continue;
      throw Error(Status::data, table.file() + ":1: " + in_quotes(columns[a].name) + kNoNames);
    }
    if (found == row_of.end()) continue;
    const std::size_t user = found->second;
    if (line_of[user] != 0) {
      table.fail_field(
          "user", in_quotes(found->first) + " is also on line " + std::to_string(line_of[user]));
    }
    line_of[user] = line;
    for (std::size_t a = 0; a < columns.size(); ++a) {
      std::string_view value = table.field(columns[a].position, columns[a].name);
      if (value.empty()) continue;
      if (columns[a].age) value = age_group(table, value);
      attributes[a].label[user] = static_cast<std::int32_t>(classes[a][value]);
    }
  }
  if (std::all_of(line_of.begin(), line_of.end(), [](std::uint64_t line) { return line == 0; })) {
    throw Error(Status::data, table.file() + ": none of its " +
                                  std::to_string(table.lines().rows()) +
                                  " people has an interaction; is the id in the first column, and "
                                  "written as it is there?");
  }
  for (std::size_t a = 0; a < columns.size(); ++a) attributes[a].values = classes[a].take();
  return attributes;
}

}  // namespace recveil::data
