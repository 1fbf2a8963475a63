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

Columns find_columns(const Table &table, const InteractionFormat &format) {
  Columns columns{};
  columns.user = table.find_column(format.user, "user");
  columns.item = table.find_column(format.item, "item");
  if (!format.rating.empty()) columns.rating = table.find_column(format.rating, "rating");
  if (!format.time.empty()) columns.time = table.find_column(format.time, "time");

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
  const std::string_view text = table.fields()[column];
  if (const char *fault = parse(text, value))
    table.fail_field(field, in_quotes(text) + " " + fault);
  return value;
}

}  // namespace

void read_interactions(const std::string &path, const InteractionFormat &format, Dataset &dataset) {
  Table table(path, format.table);
  std::optional<Columns> columns;
  if (format.table.header) columns = find_columns(table, format);

  IdIndex users, items;
  Records records;
  while (table.next()) {
    if (!columns) columns = find_columns(table, format);
    records.user.push_back(users[table.text(columns->user, "user")]);
    records.item.push_back(items[table.text(columns->item, "item")]);
    if (columns->rating) {
      records.rating.push_back(number(table, *columns->rating, "rating", parse_rating));
    }
    if (columns->time) records.time.push_back(number(table, *columns->time, "time", parse_time));
  }
  if (records.user.empty()) throw Error(Status::data, table.file() + ": no interactions");

  arrange(records, users.size(), items.take(), format.duplicates, table.file(), table.first_line(),
          dataset);
  dataset.user_ids = users.take();
}

}  // namespace recveil::data
