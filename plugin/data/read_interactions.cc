#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/fields.h"
#include "data/id_index.h"
#include "data/read_table.h"

namespace recveil::data {
namespace {

struct Columns {
  std::size_t user, item;
  std::optional<std::size_t> rating, time;
};

std::optional<std::size_t> find_optional(const Table &table,
                                         const std::optional<std::string> &column,
                                         std::string_view field) {
  if (!column) return column_called(table.header(), field, table.file() + ":1");
  if (column->empty()) return std::nullopt;
  return table.find_column(*column, field, 0);
}

Columns find_columns(const Table &table, const InteractionFormat &format) {
  Columns columns{};
  columns.user = table.find_column(format.user, "user", 0);
  columns.item = table.find_column(format.item, "item", 1);
  columns.rating = find_optional(table, format.rating, "rating");
  columns.time = find_optional(table, format.time, "time");

  const std::array<std::pair<const char *, std::optional<std::size_t>>, 4> used{
      {{"user", columns.user},
       {"item", columns.item},
       {"rating", columns.rating},
       {"time", columns.time}}};
  for (std::size_t a = 0; a < used.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (used[a].second && used[a].second == used[b].second) {
        table.fail_field(used[a].first, std::string("is the same column as ") + used[b].first);
      }
    }
  }
  return columns;
}

template <class T>
T number(const Table &table, std::size_t column, const char *field,
         const char *(*parse)(std::string_view, T &)) {
  T value{};
  const std::string_view text = table.field(column, field);
  if (const char *fault = parse(text, value))
    table.fail_field(field, in_quotes(text) + " " + fault);
  return value;
}

// Names that are also a user and an item of the rows are a row.
void check_header(const Table &table, const Columns &columns, const IdIndex &users,
                  const IdIndex &items) {
  const std::string &user = table.header()[columns.user], &item = table.header()[columns.item];
  if (names_field(user, "user") && names_field(item, "item")) return;
  if (!users.find(user) || !items.find(item)) return;
  throw Error(Status::data, table.file() + ": the names " + in_quotes(user) + " and " +
                                in_quotes(item) +
                                " are also a user and an item, so the first line is a row; leave "
                                "header=1 out");
}

}  // namespace

void read_interactions(const std::string &path, const InteractionFormat &format, Dataset &dataset) {
  Table table(path, format.table);
  std::optional<Columns> columns;
  if (!table.header().empty()) columns = find_columns(table, format);

  IdIndex users, items;
  Records records;
  while (table.next()) {
    if (!columns) columns = find_columns(table, format);
    records.user.push_back(users[table.id(columns->user, "user")]);
    records.item.push_back(items[table.id(columns->item, "item")]);
    if (columns->rating) {
      records.rating.push_back(number(table, *columns->rating, "rating", parse_rating));
    }
    if (columns->time) records.time.push_back(number(table, *columns->time, "time", parse_time));
  }
  if (records.user.empty()) throw Error(Status::data, table.file() + ": no interactions");

  if (!table.header().empty()) check_header(table, *columns, users, items);

  arrange(records, users.size(), items.take(), format.duplicates, table.file(), table.lines(),
          dataset);
  dataset.user_ids = users.take();
}

}  // namespace recveil::data
