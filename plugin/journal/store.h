// Tables whose rows are authenticated, and a chain of entries, in one SQLite file.
//
// Each row carries a keyed MAC, checked whenever it is read; the head holds, for every table, the
// number of rows and the sum of their MACs (a multiset hash), so that a row that is missing, added
// or put back is found too. The head is itself authenticated and is written in every change.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "journal/canonical_json.h"
#include "journal/columns.h"
#include "journal/keys.h"
#include "journal/sqlite.h"
#include "journal/types.h"

namespace recveil::journal {

// The number is part of the MAC of each row: never change one.
enum class Table : std::uint8_t {
  request,
  request_subject,
  person,
  owed,
  standing,
  label_key,
  label,
  row_state,
  attempt,
  attempt_row,
  attempt_request,
  receipt,
  evidence,
  request_evidence,
  model,
  forgotten_rows,
};
inline constexpr std::size_t kTables = 16;

struct TableSpec {
  const char *name;
  std::size_t columns;  // without the MAC, which comes last
  const char *where;    // by primary key
  std::size_t keys;     // the first columns are the primary key
};
const TableSpec &spec_of(Table table) noexcept;

// Kinds of entries. Stored: never change a number.
enum class Event : std::uint8_t {
  created = 1,
  received = 2,
  moved = 3,  // to the entry's state
  attempt = 4,
  acked = 5,
  evidence = 6,
  completed = 7,
  withdrawn = 8,
  shredded = 9,
  label = 10,
  resurrected = 11,
  purged = 12,
};

struct Head {
  struct Sum {
    std::uint64_t rows = 0, low = 0, high = 0;  // high:low, modulo 2^128
    bool operator==(const Sum &) const = default;
    Sum &operator+=(const Sum &more) noexcept;
    Sum &operator-=(const Sum &less) noexcept;
  };
  std::uint64_t seq = 0;        // of the last entry
  std::uint64_t first_seq = 1;  // earlier ones are purged altogether
  std::uint64_t purged = 0;     // entries from first_seq on of which only the hash is left
  std::uint64_t next_number = 1, next_attempt = 1, next_evidence = 1;
  std::uint64_t resurrected = 0;
  Hash hash{};          // of the last entry
  Hash before_first{};  // of the entry before first_seq
  std::array<Sum, kTables> tables{};
  bool operator==(const Head &) const = default;
};

class Store {
 public:
  Store(const std::string &path, int flags, const char *vfs, const JournalKeys &keys)
      : keys_(keys), path_(path), db_(path, flags, vfs) {}

  Database &db() const noexcept { return db_; }
  const Head &head() const noexcept { return head_; }
  Head &head() noexcept { return head_; }
  const std::string &path() const noexcept { return path_; }
  [[noreturn]] void damaged(std::string_view what) const;

  // A row without its MAC.
  std::optional<Row> get(Table table, std::span<const Value> key) const;
  std::optional<Row> get(Table table, std::initializer_list<Value> key) const {
    return get(table, std::span(key.begin(), key.size()));
  }
  // Rows of "SELECT * FROM table" + tail. The callback must not start the same scan again.
  void scan(Table table, std::string_view tail, std::initializer_list<Value> values,
            const std::function<void(const Row &)> &each) const;
  std::vector<Row> rows(Table table, std::string_view tail,
                        std::initializer_list<Value> values) const;

  // Inside a StoreTransaction.
  void put(Table table, const Row &row);               // insert or replace
  bool drop(Table table, std::span<const Value> row);  // by its first columns; it was there
  bool drop(Table table, std::initializer_list<Value> key) {
    return drop(table, std::span(key.begin(), key.size()));
  }
  void append(Event event, std::uint64_t at, const RequestId *request, std::optional<State> state,
              const Json::Object &content);

  void load_head();         // throws Error(data)
  void check_head() const;  // Error(state) if somebody else wrote the file since
  void save_head();
  Head::Sum mac_of(Table table, const Row &row) const noexcept;  // rows = 1
  Hash content_hash(std::int64_t at, std::int64_t event, std::span<const unsigned char> request,
                    std::int64_t state, std::string_view content) const noexcept;
  Hash entry_hash(const Hash &previous, std::uint64_t seq, const Hash &content) const noexcept;

 private:
  std::optional<Row> checked(Table table, Query &query) const;
  Head stored_head() const;

  const JournalKeys &keys_;
  std::string path_;
  mutable Database db_;
  Head head_;
};

// One transaction: everything or nothing, and the head with it.
class StoreTransaction {
 public:
  explicit StoreTransaction(Store &store)
      : store_(store), transaction_(store.db()), before_(store.head()) {}
  ~StoreTransaction() {
    if (!done_) store_.head() = before_;
  }
  void commit() {
    store_.save_head();
    transaction_.commit();
    done_ = true;
  }

 private:
  Store &store_;
  SqlTransaction transaction_;
  Head before_;
  bool done_ = false;
};

}  // namespace recveil::journal
