#include "journal/store.h"

#include <sodium.h>

#include <cstring>

#include "core/error.h"

namespace recveil::journal {
namespace {

constexpr std::array<TableSpec, kTables> specs{{
    {"request", RequestColumn::count, "id=?", 1},
    {"request_subject", RequestSubjectColumn::count, "request=? AND pseudonym=?", 2},
    {"person", PersonColumn::count, "token=?", 1},
    {"owed", OwedColumn::count, "token=? AND attribute=? AND request=?", 3},
    {"standing", StandingColumn::count, "token=? AND attribute=?", 2},
    {"label_key", PersonColumn::count, "token=?", 1},
    {"label", LabelColumn::count, "token=? AND attribute=?", 2},
    {"row_state", RowStateColumn::count,
     "token=? AND tbl=? AND part=? AND digest=? AND model_version=?", 5},
    {"attempt", AttemptColumn::count, "id=?", 1},
    {"attempt_row", AttemptRowColumn::count, "token=? AND attempt=? AND part=?", 3},
    {"attempt_request", AttemptRequestColumn::count, "request=? AND attempt=?", 2},
    {"receipt", ReceiptColumn::count, "request=?", 1},
    {"evidence", EvidenceColumn::count, "id=?", 1},
    {"request_evidence", RequestEvidenceColumn::count, "request=? AND evidence=?", 2},
    {"model", ModelColumn::count, "tbl=? AND model_version=?", 2},
    {"forgotten_rows", ForgottenRowsColumn::count, "token=? AND tbl=? AND part=?", 3},
}};

class Hasher {
 public:
  Hasher(const Key &key, std::size_t size) noexcept : size_(size) {
    crypto_generichash_init(&state_, key.bytes.data(), key.bytes.size(), size);
  }
  Hasher &number(std::uint64_t value) noexcept { return raw(&value, 8); }
  Hasher &raw(const void *data, std::size_t n) noexcept {
    crypto_generichash_update(&state_, static_cast<const unsigned char *>(data), n);
    return *this;
  }
  Hasher &text(std::string_view bytes) noexcept {
    return number(bytes.size()).raw(bytes.data(), bytes.size());
  }
  void finish(void *out) noexcept {
    crypto_generichash_final(&state_, static_cast<unsigned char *>(out), size_);
  }

 private:
  crypto_generichash_state state_;
  std::size_t size_;
};

Bytes bytes_of(const Head::Sum &mac) {
  Bytes out(16);
  std::memcpy(out.data(), &mac.low, 8);
  std::memcpy(out.data() + 8, &mac.high, 8);
  return out;
}

}  // namespace

Head::Sum &Head::Sum::operator+=(const Sum &more) noexcept {
  rows += more.rows;
  low += more.low;
  high += more.high + (low < more.low ? 1 : 0);
  return *this;
}

Head::Sum &Head::Sum::operator-=(const Sum &less) noexcept {
  rows -= less.rows;
  high -= less.high + (low < less.low ? 1 : 0);
  low -= less.low;
  return *this;
}

const TableSpec &spec_of(Table table) noexcept {
  return specs[static_cast<std::size_t>(table)];
}

void Store::damaged(std::string_view what) const {
  throw Error(Status::data, path_ + ": damaged or changed by somebody else: " + std::string(what));
}

Head::Sum Store::mac_of(Table table, const Row &row) const noexcept {
  Hasher hasher(keys_.rows, 16);
  hasher.number(static_cast<std::uint64_t>(table));
  for (const Value &value : row) {
    hasher.number(value.index());
    if (const auto *integer = std::get_if<std::int64_t>(&value)) {
      hasher.raw(integer, 8);
    } else if (const auto *text = std::get_if<std::string>(&value)) {
      hasher.text(*text);
    } else if (const auto *bytes = std::get_if<Bytes>(&value)) {
      hasher.number(bytes->size()).raw(bytes->data(), bytes->size());
    }
  }
  std::uint64_t mac[2];
  hasher.finish(mac);
  return {1, mac[0], mac[1]};
}

std::optional<Row> Store::checked(Table table, Query &query) const {
  if (!query.step()) return std::nullopt;
  const auto columns = static_cast<int>(spec_of(table).columns);
  if (query.columns() != columns + 1) damaged("a table has other columns");
  Row row;
  row.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) row.push_back(query.value(i));
  const Bytes mac = bytes_of(mac_of(table, row));
  const auto stored = query.bytes(columns);
  if (stored.size() != mac.size() || sodium_memcmp(stored.data(), mac.data(), mac.size()) != 0) {
    damaged(std::string("a row of ") + spec_of(table).name);
  }
  return row;
}

std::optional<Row> Store::get(Table table, std::span<const Value> key) const {
  Query query(
      db_, std::string("SELECT * FROM ") + spec_of(table).name + " WHERE " + spec_of(table).where,
      key);
  return checked(table, query);
}

void Store::scan(Table table, std::string_view tail, std::initializer_list<Value> values,
                 const std::function<void(const Row &)> &each) const {
  std::string sql = std::string("SELECT * FROM ") + spec_of(table).name + " ";
  sql += tail;
  Query query(db_, sql, values);
  while (const auto row = checked(table, query)) each(*row);
}

std::vector<Row> Store::rows(Table table, std::string_view tail,
                             std::initializer_list<Value> values) const {
  std::vector<Row> out;
  scan(table, tail, values, [&](const Row &row) { out.push_back(row); });
  return out;
}

bool Store::drop(Table table, std::span<const Value> row) {
  const TableSpec &spec = spec_of(table);
  const auto key = row.first(spec.keys);
  const auto old = get(table, key);
  if (!old) return false;
  Query(db_, std::string("DELETE FROM ") + spec.name + " WHERE " + spec.where, key).step();
  head_.tables[static_cast<std::size_t>(table)] -= mac_of(table, *old);
  return true;
}

void Store::put(Table table, const Row &row) {
  const TableSpec &spec = spec_of(table);
  const auto keys = std::span(row).first(spec.keys);
  {
    Query query(db_, std::string("SELECT * FROM ") + spec.name + " WHERE " + spec.where, keys);
    if (const auto old = checked(table, query)) {
      head_.tables[static_cast<std::size_t>(table)] -= mac_of(table, *old);
    }
  }
  std::string sql = std::string("INSERT OR REPLACE INTO ") + spec.name + " VALUES(?";
  for (std::size_t i = 0; i < spec.columns; ++i) sql += ",?";
  const Head::Sum mac = mac_of(table, row);
  Row all = row;
  all.push_back(bytes_of(mac));
  Query(db_, sql + ")", all).step();
  head_.tables[static_cast<std::size_t>(table)] += mac;
}

Hash Store::content_hash(std::int64_t at, std::int64_t event,
                         std::span<const unsigned char> request, std::int64_t state,
                         std::string_view content) const noexcept {
  Hash out;
  Hasher(keys_.chain, out.size())
      .number(static_cast<std::uint64_t>(at))
      .number(static_cast<std::uint64_t>(event))
      .number(request.size())
      .raw(request.data(), request.size())
      .number(static_cast<std::uint64_t>(state))
      .text(content)
      .finish(out.data());
  return out;
}

Hash Store::entry_hash(const Hash &previous, std::uint64_t seq,
                       const Hash &content) const noexcept {
  Hash out;
  Hasher(keys_.chain, out.size())
      .raw(previous.data(), previous.size())
      .number(seq)
      .raw(content.data(), content.size())
      .finish(out.data());
  return out;
}

void Store::append(Event event, std::uint64_t at, const RequestId *request,
                   std::optional<State> state, const Json::Object &content) {
  const std::string text = content.empty() ? std::string() : canonical_json(content);
  const std::span<const unsigned char> id = request != nullptr
                                                ? std::span<const unsigned char>(*request)
                                                : std::span<const unsigned char>();
  const auto state_number = state ? static_cast<std::int64_t>(*state) : 0;
  const Hash inner = content_hash(static_cast<std::int64_t>(at), static_cast<std::int64_t>(event),
                                  id, state_number, text);
  const std::uint64_t seq = head_.seq + 1;
  const Hash hash = entry_hash(head_.hash, seq, inner);
  Query(db_, "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?)",
        {number(seq), number(at), static_cast<std::int64_t>(event),
         request != nullptr ? blob(id) : Value{}, state_number, text, blob(inner), blob(hash)})
      .step();
  head_.seq = seq;
  head_.hash = hash;
}

namespace {

template <class Field>
void each_field(Head &head, Field field) {
  for (auto *n : {&head.seq, &head.first_seq, &head.purged, &head.next_number, &head.next_attempt,
                  &head.next_evidence, &head.resurrected}) {
    field(n, std::size_t{8});
  }
  field(head.hash.data(), head.hash.size());
  field(head.before_first.data(), head.before_first.size());
  for (Head::Sum &sum : head.tables) {
    for (auto *n : {&sum.rows, &sum.low, &sum.high}) field(n, std::size_t{8});
  }
}
constexpr std::size_t kHeadBytes = 7 * 8 + 64 + 24 * kTables;

}  // namespace

Head Store::stored_head() const {
  Query query(db_, "SELECT body, mac FROM head WHERE one=1");
  if (!query.step()) damaged("it has no head");
  const auto body = query.bytes(0);
  Hash mac;
  Hasher(keys_.chain, mac.size()).raw(body.data(), body.size()).finish(mac.data());
  const auto stored = query.bytes(1);
  if (stored.size() != mac.size() || sodium_memcmp(stored.data(), mac.data(), mac.size()) != 0) {
    damaged("its head, or the journal has another key");
  }
  if (body.size() != kHeadBytes) damaged("its head");
  Head head;
  std::size_t at = 0;
  each_field(head, [&](void *field, std::size_t n) {
    std::memcpy(field, body.data() + at, n);
    at += n;
  });
  return head;
}

void Store::load_head() {
  head_ = stored_head();
}

void Store::check_head() const {
  if (stored_head() == head_) return;
  throw Error(Status::state, path_ +
                                 ": another process wrote this journal; close it, find out who "
                                 "owns it, and open it again");
}

void Store::save_head() {
  Bytes body;
  each_field(head_, [&](const void *field, std::size_t n) {
    const auto *bytes = static_cast<const unsigned char *>(field);
    body.insert(body.end(), bytes, bytes + n);
  });
  Hash mac;
  Hasher(keys_.chain, mac.size()).raw(body.data(), body.size()).finish(mac.data());
  Query(db_, "INSERT OR REPLACE INTO head VALUES(1,?,?)", {body, blob(mac)}).step();
}

}  // namespace recveil::journal
