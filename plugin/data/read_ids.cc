#include "data/read_ids.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "data/fields.h"
#include "data/id_text.h"
#include "data/table.h"

namespace recveil::data {
namespace {

bool all_hold(const std::vector<std::string> &ids, char mark) {
  return !ids.empty() && std::all_of(ids.begin(), ids.end(), [&](const std::string &id) {
    return id.find(mark) != id.npos;
  });
}

}  // namespace

std::vector<std::string> read_ids(const std::string &path) {
  // No line holds a line feed, so a line is one field.
  Table table(path, {"\n", Header::none, Quoting::quoted, 1});
  std::vector<std::string> ids;
  while (table.next()) {
    const std::string_view id = table.id(0, "id");
    if (ids.empty() && (names_field(id, "user") || names_field(id, "item"))) {
      table.fail("looks like a name (" + in_quotes(id) + "); a file of ids has none");
    }
    ids.emplace_back(id);
  }
  for (const auto &[mark, name] : {std::pair{'\t', "tab"}, {',', "comma"}, {';', "semicolon"}}) {
    if (all_hold(ids, mark)) {
      throw Error(Status::data, table.file() + ": every line holds a " + name +
                                    ": it is a table, and should hold one id a line");
    }
  }
  return ids;
}

}  // namespace recveil::data
