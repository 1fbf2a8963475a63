#include "audit/lists_input.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace recveil::audit {
namespace {

[[noreturn]] void refuse(const std::string &what) {
  throw Error(Status::argument, what);
}

// rows: "target.history", of which the arrays are rows_offsets and rows_items. may_be_empty: a row
// without items is right.
Interactions rows_from(const recveil_audit_population &given, const std::size_t *offsets,
                       const std::uint32_t *items, const std::string &rows, bool may_be_empty) {
  Interactions out;
  out.n_items = static_cast<std::uint32_t>(given.n_items);
  out.offsets.reserve(given.n_users + 1);
  if (offsets[0] != 0) refuse(rows + "_offsets: must begin with 0");
  // All of them before any item is looked at: an offset that falls later points beyond the array.
  for (std::size_t u = 0; u < given.n_users; ++u) {
    const std::string user = rows + "_offsets: user " + std::to_string(u);
    if (offsets[u + 1] < offsets[u]) refuse(user + ": the offsets fall");
    if (offsets[u + 1] == offsets[u] && !may_be_empty) refuse(user + " has no items");
  }
  std::vector<std::size_t> last_row(given.n_items, given.n_users);  // that held the item
  for (std::size_t u = 0; u < given.n_users; ++u) {
    const std::string user = rows + "_items: user " + std::to_string(u);
    for (std::size_t at = offsets[u]; at < offsets[u + 1]; ++at) {
      const std::string item = ": item " + std::to_string(items[at]);
      if (items[at] >= given.n_items) {
        refuse(user + item + " is not below n_items, " + std::to_string(given.n_items));
      }
      if (last_row[items[at]] == u) refuse(user + item + " stands twice");
      last_row[items[at]] = u;
    }
    out.append({items + offsets[u], items + offsets[u + 1]});
  }
  return out;
}

void check_size(const recveil_audit_population &given, const std::string &name) {
  if (given.n_users == 0) refuse(name + ".n_users: there are no users");
  if (given.n_users > std::numeric_limits<std::uint32_t>::max()) {
    refuse(name + ".n_users: more than 32 bits count");
  }
  if (given.n_items > static_cast<std::size_t>(INT32_MAX))
    refuse(name + ".n_items: above 2^31 - 1");
}

}  // namespace

attack::Population population_from(const recveil_audit_population &given, const std::string &name) {
  check_size(given, name);
  attack::Population out;
  out.histories =
      rows_from(given, given.history_offsets, given.history_items, name + ".history", false);
  out.lists = rows_from(given, given.list_offsets, given.list_items, name + ".list", true);
  out.member.assign(given.members, given.members + given.n_users);
  for (std::size_t u = 0; u < given.n_users; ++u) {
    if (out.member[u] > 1) {
      refuse(name + ".members: user " + std::to_string(u) + ": is " +
             std::to_string(out.member[u]) + ", neither 0 nor 1");
    }
  }
  const auto members =
      static_cast<std::size_t>(std::count(out.member.begin(), out.member.end(), std::uint8_t{1}));
  if (members < kMinClass || given.n_users - members < kMinClass) {
    refuse(name + ".members: " + std::to_string(members) + " members and " +
           std::to_string(given.n_users - members) + " others, an audit needs at least " +
           std::to_string(kMinClass) + " of each");
  }
  return out;
}

Interactions histories_from(const recveil_audit_population &given, const std::string &name) {
  check_size(given, name);
  return rows_from(given, given.history_offsets, given.history_items, name + ".history", false);
}

}  // namespace recveil::audit
