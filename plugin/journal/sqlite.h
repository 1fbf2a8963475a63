// SQLite with ownership and exceptions. One connection, used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace recveil::journal {

using Bytes = std::vector<unsigned char>;
// NULL, INTEGER, TEXT, BLOB.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;
using Row = std::vector<Value>;

inline Value blob(std::span<const unsigned char> bytes) {
  return Bytes(bytes.begin(), bytes.end());
}
// Unsigned 64-bit numbers are stored as the signed number of the same bits.
inline Value number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

class Database {
 public:
  // Throws Error: io, data (not a database), state (locked).
  Database(const std::string &path, int flags, const char *vfs);
  ~Database();
  Database(const Database &) = delete;
  Database &operator=(const Database &) = delete;

  void exec(const char *sql);
  // After fork: closing would change the parent's files.
  void abandon() noexcept { abandoned_ = true; }
  sqlite3 *handle() const noexcept { return db_; }
  // Status by what SQLite answered; the text names the file and never a value.
  [[noreturn]] void fail(int code, const char *doing) const;

 private:
  friend class Query;
  struct Cached {
    sqlite3_stmt *statement = nullptr;
    bool in_use = false;
  };
  Cached &cached(std::string_view sql);

  std::string path_;
  sqlite3 *db_ = nullptr;
  std::map<std::string, Cached, std::less<>> statements_;
  bool abandoned_ = false;
};

// A prepared statement borrowed from the connection's cache for the life of this object.
class Query {
 public:
  Query(Database &db, std::string_view sql, std::span<const Value> values = {});
  Query(Database &db, std::string_view sql, std::initializer_list<Value> values)
      : Query(db, sql, std::span<const Value>(values.begin(), values.size())) {}
  ~Query();
  Query(const Query &) = delete;
  Query &operator=(const Query &) = delete;

  bool step();  // a row is there
  sqlite3_stmt *statement() const noexcept { return statement_; }
  int columns() const noexcept { return sqlite3_column_count(statement_); }
  Value value(int column) const;
  std::int64_t integer(int column) const noexcept {
    return sqlite3_column_int64(statement_, column);
  }
  std::span<const unsigned char> bytes(int column) const noexcept;

 private:
  Database &db_;
  Database::Cached *cached_;
  sqlite3_stmt *statement_;
};

// BEGIN IMMEDIATE ... COMMIT, rolled back unless committed.
class SqlTransaction {
 public:
  explicit SqlTransaction(Database &db);
  ~SqlTransaction();
  void commit();

 private:
  Database &db_;
  bool open_ = true;
};

}  // namespace recveil::journal
