#include "data/read_lists.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/arrange.h"
#include "data/csv.h"
#include "data/fields.h"
#include "data/id_index.h"
#include "data/read_injection.h"

namespace recveil::data {
namespace {

// The people of one population, or those of the auxiliary file.
struct Users {
  IdIndex index;
  std::vector<std::uint8_t> member;
  std::string file;  // that names them first
};

// A file of which the columns `names` are read: at positions 0, 1, ... or where options say.
class Rows {
 public:
  // optional: one more column, read where the options name it, or one is called so.
  Rows(const std::string &spec, std::vector<std::string_view> names, std::string_view optional = "",
       std::span<const std::string_view> others = {})
      : names_(std::move(names)),
        optional_(optional),
        csv_(parse(spec, names_, optional, others)),
        table_(csv_.path, csv_.table) {
    if (!csv_.option(optional, "").empty()) names_.push_back(optional);
    if (!table_.header().empty()) find_columns();
  }

  bool next() {
    if (!table_.next()) return false;
    if (at_.empty()) find_columns();
    return true;
  }
  std::size_t columns() const { return names_.size(); }
  std::string_view text(std::size_t c) const { return table_.text(at_[c], names_[c]); }
  std::string_view id(std::size_t c) const { return table_.id(at_[c], names_[c]); }
  bool empty(std::size_t c) const { return table_.field(at_[c], names_[c]).empty(); }
  [[noreturn]] void fail(std::size_t c, const std::string &what) const {
    table_.fail_field(names_[c], what);
  }
  // The same about an earlier row, from 0.
  [[noreturn]] void fail_at(std::size_t row, std::size_t c, const std::string &what) const {
    table_.fail_row(row, "field " + std::string(names_[c]) + ": " + what);
  }
  std::uint64_t line(std::size_t row) const { return table_.lines().of(row); }
  const LineNumbers &lines() const { return table_.lines(); }
  const std::string &file() const { return table_.file(); }
  const CsvFile &csv() const { return csv_; }

 private:
  static CsvFile parse(const std::string &spec, std::vector<std::string_view> columns,
                       std::string_view optional, std::span<const std::string_view> others) {
    if (!optional.empty()) columns.push_back(optional);
    return parse_csv_file(spec, columns, others);
  }
  void find_columns() {
    for (std::size_t c = 0; c < names_.size(); ++c) {
      const auto at = table_.find_column(csv_.option(names_[c], ""), names_[c], c);
      const auto same = std::find(at_.begin(), at_.end(), at);
      if (same != at_.end()) {
        fail(c, "is the same column as " +
                    std::string(names_[static_cast<std::size_t>(same - at_.begin())]));
      }
      at_.push_back(at);
    }
    if (optional_.empty() || csv_.given(optional_)) return;
    if (const auto at = column_called(table_.header(), optional_, table_.file() + ":1")) {
      names_.push_back(optional_);
      at_.push_back(*at);
    }
  }

  std::vector<std::string_view> names_;
  std::string_view optional_;
  CsvFile csv_;
  Table table_;
  std::vector<std::size_t> at_;
};

enum Column : std::size_t { kUser = 0, kItem = 1, kTime = 2, kMember = 1, kRank = 1, kShown = 2 };

// Where a list's lines put its items: place[offsets[u] + rank - 1] is a row of the file.
struct Places {
  std::vector<std::size_t> offsets, place;
};

class Reader {
 public:
  explicit Reader(const std::string &items) {
    if (items.empty()) return;
    Rows rows(items, {"item"});
    while (rows.next()) {
      const std::string_view item = rows.id(0);
      if (items_.find(item)) rows.fail(0, in_quotes(item) + " is a duplicate");
      items_[item];
    }
    catalogue_ = rows.file();
  }

  ListedPeople read_population(const ListFiles &files) {
    Users &users = *users_.emplace_back(std::make_unique<Users>());
    Rows members(files.members, {"user", "member"});
    read_labels(members, users);
    ListedPeople out;
    out.member = users.member;
    out.histories = read_histories(files.histories, users, &members);
    out.lists = read_ranked(files.lists, users, members);
    return out;
  }
  InjectionTables read_injection(const InjectionFiles &files) {
    Users &users = *users_.emplace_back(std::make_unique<Users>());
    Rows holders(files.holders, {"user", "has"});
    read_labels(holders, users);
    InjectionTables out;
    out.holder = users.member;
    out.before = read_ranked(files.before, users, holders);
    out.after = read_ranked(files.after, users, holders);
    Rows decoys(files.decoys, {"item"});
    while (decoys.next()) {
      check_item(decoys, 0);
      const std::uint32_t item = items_[decoys.id(0)];
      if (std::find(out.decoys.begin(), out.decoys.end(), item) != out.decoys.end()) {
        decoys.fail(0, in_quotes(decoys.id(0)) + " is a duplicate");
      }
      out.decoys.push_back(item);
    }
    if (out.decoys.empty()) throw Error(Status::data, decoys.file() + ": no items");
    out.before.n_items = out.after.n_items = n_items();
    return out;
  }
  Interactions read_auxiliary(const std::string &histories) {
    return read_histories(histories, *users_.emplace_back(std::make_unique<Users>()), nullptr);
  }
  std::uint32_t n_items() const { return static_cast<std::uint32_t>(items_.size()); }

 private:
  void read_labels(Rows &rows, Users &users) const {
    users.file = rows.file();
    while (rows.next()) {
      const std::string user(rows.id(kUser));
      const std::string_view member = rows.text(kMember);
      if (const auto known = users.index.find(user)) {
        rows.fail(kUser, in_quotes(user) + " is also on line " + std::to_string(rows.line(*known)));
      }
      check_new(rows, user, users);
      if (member != "0" && member != "1") {
        rows.fail(kMember, in_quotes(member) + " is neither 0 nor 1");
      }
      users.index[user];
      users.member.push_back(member == "1" ? 1 : 0);
    }
    if (users.member.empty()) throw Error(Status::data, rows.file() + ": no users");
  }

  // members: the file that names all users; none: they are named here.
  Interactions read_histories(const std::string &spec, Users &users, const Rows *members) {
    static constexpr std::array<std::string_view, 1> kOthers{"duplicates"};
    Rows rows(spec, {"user", "item"}, "time", kOthers);
    if (members == nullptr) users.file = rows.file();
    Records records;
    IdIndex items;
    while (rows.next()) {
      const std::string_view user = rows.id(kUser);
      if (members == nullptr) {
        check_new(rows, user, users);
        records.user.push_back(users.index[user]);
      } else {
        records.user.push_back(known_user(rows, user, users));
      }
      check_item(rows, kItem);
      records.item.push_back(items[rows.id(kItem)]);
      if (rows.columns() <= kTime) continue;
      const char *fault = parse_time(rows.text(kTime), records.time.emplace_back());
      if (fault != nullptr) rows.fail(kTime, in_quotes(rows.text(kTime)) + " " + fault);
    }
    if (records.user.empty()) throw Error(Status::data, rows.file() + ": no interactions");
    if (members != nullptr) check_everybody(records.user, *members, users, "history", rows.file());
    Dataset dataset;
    arrange(records, users.index.size(), items.take(), duplicates_of(rows.csv()), rows.file(),
            rows.lines(), dataset);
    Interactions &out = dataset.interactions;
    std::vector<std::uint32_t> number;
    for (const std::string &item : dataset.item_ids) number.push_back(items_[item]);
    for (std::uint32_t &item : out.items) item = number[item];
    return out;
  }

  RankedLists read_ranked(const std::string &spec, Users &users, const Rows &members) {
    Rows rows(spec, {"user", "rank", "item"});
    std::vector<std::uint32_t> user, item;
    std::vector<std::uint64_t> rank;
    while (rows.next()) {
      user.push_back(known_user(rows, rows.id(kUser), users));
      const char *fault = parse_count(rows.text(kRank), rank.emplace_back());
      if (fault != nullptr) rows.fail(kRank, in_quotes(rows.text(kRank)) + " " + fault);
      if (rank.back() == 0 && !rows.empty(kShown)) {
        rows.fail(kRank, "is 0, ranks begin with 1; 0 without an item says that a list is empty");
      }
      if (rank.back() > 0) check_item(rows, kShown);
      item.push_back(rank.back() > 0 ? items_[rows.id(kShown)] : 0);
    }
    check_everybody(user, members, users, "list", rows.file());
    const Places places = places_of(rows, user, rank, users.index.size());
    RankedLists out;
    std::vector<std::size_t> last(items_.size(), SIZE_MAX);  // row that showed the item
    std::vector<std::uint32_t> list;
    for (std::size_t u = 0; u < users.index.size(); ++u) {
      list.clear();
      for (std::size_t at = places.offsets[u]; at < places.offsets[u + 1]; ++at) {
        const std::size_t row = places.place[at];
        const std::size_t earlier = std::exchange(last[item[row]], row);
        if (earlier != SIZE_MAX && user[earlier] == u) {
          rows.fail_at(std::max(row, earlier), kShown,
                       "the same user and item as on line " +
                           std::to_string(rows.line(std::min(row, earlier))));
        }
        list.push_back(item[row]);
      }
      out.append(list);
    }
    return out;
  }

  static Places places_of(const Rows &rows, const std::vector<std::uint32_t> &user,
                          const std::vector<std::uint64_t> &rank, std::size_t n_users) {
    Places out;
    out.offsets.assign(n_users + 1, 0);
    for (std::size_t row = 0; row < user.size(); ++row) {
      out.offsets[user[row] + 1] += rank[row] > 0 ? 1u : 0u;
    }
    for (std::size_t u = 0; u < n_users; ++u) out.offsets[u + 1] += out.offsets[u];
    out.place.assign(user.size(), SIZE_MAX);
    for (std::size_t row = 0; row < user.size(); ++row) {
      const std::size_t length = out.offsets[user[row] + 1] - out.offsets[user[row]];
      if (rank[row] == 0) {
        if (length == 0) continue;
        rows.fail_at(row, kRank,
                     "is 0, which says that the list is empty, but the user has " +
                         std::to_string(length) + " other lines");
      }
      if (rank[row] > length) {
        rows.fail_at(row, kRank,
                     "is " + std::to_string(rank[row]) + ", but the user has " +
                         std::to_string(length) +
                         " lines: ranks must be 1, 2, 3, ... without a gap");
      }
      std::size_t &place = out.place[out.offsets[user[row]] + rank[row] - 1];
      if (place != SIZE_MAX) {
        rows.fail_at(row, kRank,
                     "the same user and rank as on line " + std::to_string(rows.line(place)));
      }
      place = row;
    }
    return out;
  }

  void check_new(const Rows &rows, std::string_view user, const Users &own) const {
    for (const auto &others : users_) {
      if (others.get() == &own || !others->index.find(user)) continue;
      rows.fail(kUser, in_quotes(user) + " is also in " + others->file +
                           ": nobody may be in two populations");
    }
  }
  static std::uint32_t known_user(const Rows &rows, std::string_view user, const Users &users) {
    const auto known = users.index.find(user);
    if (!known) rows.fail(kUser, in_quotes(user) + " is not in " + users.file);
    return *known;
  }
  // Each of the users named by `members` has a row.
  static void check_everybody(const std::vector<std::uint32_t> &user, const Rows &members,
                              const Users &users, const std::string &what,
                              const std::string &file) {
    std::vector<std::uint8_t> there(users.member.size(), 0);
    for (const std::uint32_t u : user) there[u] = 1;
    const auto absent = std::find(there.begin(), there.end(), 0) - there.begin();
    if (static_cast<std::size_t>(absent) == there.size()) return;
    members.fail_at(static_cast<std::size_t>(absent), kUser,
                    "this user has no " + what + " in " + file);
  }
  void check_item(const Rows &rows, std::size_t column) const {
    const std::string_view item = rows.id(column);
    if (catalogue_.empty() || items_.find(item)) return;
    rows.fail(column, in_quotes(item) + " is not in " + catalogue_);
  }

  std::string catalogue_;  // the file of all items; empty: an item is where it is named
  IdIndex items_;
  std::vector<std::unique_ptr<Users>> users_;  // of the populations read so far
};

}  // namespace

InjectionTables read_injection(const InjectionFiles &files, const std::string &items) {
  return Reader(items).read_injection(files);
}

ListTables read_lists(const ListFiles &target, const std::optional<ListFiles> &shadow,
                      const std::string &auxiliary, const std::string &items) {
  Reader reader(items);
  ListTables out;
  out.target = reader.read_population(target);
  if (shadow) out.shadow = reader.read_population(*shadow);
  if (!auxiliary.empty()) out.auxiliary = reader.read_auxiliary(auxiliary);
  for (ListedPeople *people : {&out.target, out.shadow ? &*out.shadow : nullptr}) {
    if (people == nullptr) continue;
    people->histories.n_items = people->lists.n_items = reader.n_items();
  }
  if (out.auxiliary) out.auxiliary->n_items = reader.n_items();
  return out;
}

}  // namespace recveil::data
