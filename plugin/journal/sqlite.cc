#include "journal/sqlite.h"

#include "core/error.h"

namespace recveil::journal {

Database::Database(const std::string &path, int flags, const char *vfs) : path_(path) {
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX, vfs);
  if (code == SQLITE_OK) {
    sqlite3_extended_result_codes(db_, 1);
    return;
  }
  const std::string what = db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
  sqlite3_close_v2(db_);
  throw Error(code == SQLITE_NOMEM ? Status::no_memory : Status::io, path + ": " + what);
}

Database::~Database() {
  if (abandoned_) return;
  for (auto &[sql, cached] : statements_) sqlite3_finalize(cached.statement);
  sqlite3_close_v2(db_);
}

void Database::fail(int code, const char *doing) const {
  const std::string text = path_ + ": " + doing + ": " + sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_NOMEM:
      throw Error(Status::no_memory, text);
    case SQLITE_NOTADB:
      throw Error(Status::data, path_ + ": not a journal of Recveil");
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:  // our own statements break none on a good file
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // a table or column that should be there is not
    case SQLITE_SCHEMA:
      throw Error(Status::data, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(Status::state, text);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      throw Error(Status::io, text);
    default:
      throw Error(Status::internal, text);
  }
}

void Database::exec(const char *sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "cannot run a statement");
}

Database::Cached &Database::cached(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    Cached fresh;
    const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &fresh.statement, nullptr);
    if (code != SQLITE_OK) fail(code, "cannot prepare a statement");
    found = statements_.emplace(sql, fresh).first;
  }
  return found->second;
}

Query::Query(Database &db, std::string_view sql, std::span<const Value> values) : db_(db) {
  cached_ = &db.cached(sql);
  if (cached_->in_use) throw Error(Status::internal, "a journal statement is used twice at once");
  statement_ = cached_->statement;
  int code = SQLITE_OK;
  for (int i = 1; const Value &value : values) {
    if (const auto *integer = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(statement_, i, *integer);
    } else if (const auto *text = std::get_if<std::string>(&value)) {
      code = sqlite3_bind_text64(statement_, i, text->data(), text->size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
    } else if (const auto *bytes = std::get_if<Bytes>(&value)) {
      static constexpr unsigned char nothing = 0;  // a NULL pointer would bind NULL
      code = sqlite3_bind_blob64(statement_, i, bytes->empty() ? &nothing : bytes->data(),
                                 bytes->size(), SQLITE_TRANSIENT);
    } else {
      code = sqlite3_bind_null(statement_, i);
    }
    if (code != SQLITE_OK) break;
    ++i;
  }
  if (code != SQLITE_OK) {
    sqlite3_clear_bindings(statement_);
    db.fail(code, "cannot bind a value");
  }
  cached_->in_use = true;
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  cached_->in_use = false;
}

bool Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.fail(code, "cannot run a statement");
  return false;
}

std::span<const unsigned char> Query::bytes(int column) const noexcept {
  const auto *data = static_cast<const unsigned char *>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Value Query::value(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_TEXT: {
      const auto text = bytes(column);
      return std::string(text.begin(), text.end());
    }
    case SQLITE_BLOB:
      return blob(bytes(column));
    case SQLITE_NULL:
      return std::monostate{};
    default:
      throw Error(Status::data, "a journal column has a type that is never written");
  }
}

SqlTransaction::SqlTransaction(Database &db) : db_(db) {
  db.exec("BEGIN IMMEDIATE");
}

void SqlTransaction::commit() {
  db_.exec("COMMIT");
  open_ = false;
}

SqlTransaction::~SqlTransaction() {
  // Some failures have rolled back by themselves.
  if (open_ && sqlite3_get_autocommit(db_.handle()) == 0) {
    sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace recveil::journal
