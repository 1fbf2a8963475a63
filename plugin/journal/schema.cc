#include "journal/schema.h"

#include "core/error.h"

// Only the tests' negative control is built with another value: it must lose requests.
#ifndef RECVEIL_JOURNAL_SYNCHRONOUS
#define RECVEIL_JOURNAL_SYNCHRONOUS "FULL"
#endif

namespace recveil::journal {
namespace {

constexpr std::int64_t kApplicationId = 0x5256444a;  // "RVDJ"

constexpr const char *kCreateTables = R"(
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one=1), body BLOB NOT NULL, mac BLOB NOT NULL);
CREATE TABLE entry(seq INTEGER PRIMARY KEY, at INTEGER, event INTEGER, request BLOB, state INTEGER,
  content TEXT, content_hash BLOB NOT NULL, hash BLOB NOT NULL);
CREATE INDEX entry_request ON entry(request) WHERE request IS NOT NULL;
CREATE TABLE request(id BLOB PRIMARY KEY, number INTEGER UNIQUE, kind INTEGER, state INTEGER,
  regulation INTEGER, label_policy INTEGER, received_at INTEGER, due_at INTEGER, updated_at INTEGER,
  finished_at INTEGER, subjects INTEGER, retries INTEGER, attributes TEXT, policy TEXT, reason TEXT,
  payload BLOB, mac BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX request_state ON request(state, number);
CREATE INDEX request_finished ON request(finished_at) WHERE finished_at>0;
CREATE TABLE request_subject(request BLOB, pseudonym BLOB, mac BLOB NOT NULL,
  PRIMARY KEY(request, pseudonym)) WITHOUT ROWID;
CREATE TABLE person(token BLOB PRIMARY KEY, wrapped BLOB, mac BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE owed(token BLOB, attribute TEXT, request BLOB, mac BLOB NOT NULL,
  PRIMARY KEY(token, attribute, request)) WITHOUT ROWID;
CREATE INDEX owed_request ON owed(request);
CREATE TABLE standing(token BLOB, attribute TEXT, kind INTEGER, label_policy INTEGER,
  mac BLOB NOT NULL, PRIMARY KEY(token, attribute)) WITHOUT ROWID;
CREATE TABLE label_key(token BLOB PRIMARY KEY, wrapped BLOB, mac BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE label(token BLOB, attribute TEXT, sealed BLOB, mac BLOB NOT NULL,
  PRIMARY KEY(token, attribute)) WITHOUT ROWID;
CREATE TABLE row_state(token BLOB, tbl TEXT, part INTEGER, digest BLOB, model_version INTEGER,
  covered TEXT, mac BLOB NOT NULL, PRIMARY KEY(token, tbl, part, digest, model_version))
  WITHOUT ROWID;
CREATE TABLE attempt(id INTEGER PRIMARY KEY, tbl TEXT, model_version INTEGER, snapshot BLOB,
  started_at INTEGER, acked_at INTEGER, total INTEGER, unconfirmed INTEGER, mac BLOB NOT NULL);
CREATE TABLE attempt_row(token BLOB, attempt INTEGER, part INTEGER, tbl TEXT, before BLOB,
  after BLOB, mac BLOB NOT NULL, PRIMARY KEY(token, attempt, part)) WITHOUT ROWID;
CREATE TABLE attempt_request(request BLOB, attempt INTEGER, total INTEGER, mac BLOB NOT NULL,
  PRIMARY KEY(request, attempt)) WITHOUT ROWID;
CREATE INDEX attempt_request_attempt ON attempt_request(attempt);
CREATE TABLE receipt(request BLOB PRIMARY KEY, body TEXT, mac BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE evidence(id INTEGER PRIMARY KEY, content TEXT, mac BLOB NOT NULL);
CREATE TABLE request_evidence(request BLOB, evidence INTEGER, mac BLOB NOT NULL,
  PRIMARY KEY(request, evidence)) WITHOUT ROWID;
CREATE INDEX request_evidence_evidence ON request_evidence(evidence);
CREATE TABLE model(tbl TEXT, model_version INTEGER, ord INTEGER, first_at INTEGER,
  mac BLOB NOT NULL, PRIMARY KEY(tbl, model_version)) WITHOUT ROWID;
CREATE TABLE forgotten_rows(token BLOB, tbl TEXT, part INTEGER, up_to INTEGER, mac BLOB NOT NULL,
  PRIMARY KEY(token, tbl, part)) WITHOUT ROWID;
CREATE INDEX request_due ON request(due_at) WHERE finished_at=0;
)";

std::int64_t pragma_number(Store &store, const char *sql) {
  Query query(store.db(), sql);
  return query.step() ? query.integer(0) : 0;
}

}  // namespace

void set_pragmas(Store &store, bool read_only) {
  Database &db = store.db();
  sqlite3_busy_timeout(db.handle(), 2000);  // a reader may be on while the owner checkpoints
  db.exec(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA mmap_size=0; PRAGMA cache_size=-8192");
  if (read_only) return;
  db.exec("PRAGMA journal_mode=WAL");
  {
    Query query(db, "PRAGMA journal_mode");
    const Value wal = query.step() ? query.value(0) : Value{};
    if (wal != Value(std::string("wal"))) {
      throw Error(Status::io, store.path() + ": this file system has no write-ahead log");
    }
  }
  db.exec("PRAGMA synchronous=" RECVEIL_JOURNAL_SYNCHRONOUS
          "; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=4194304");
}

std::int64_t schema_of(Store &store) {
  const std::int64_t version = pragma_number(store, "PRAGMA user_version");
  const std::int64_t application = pragma_number(store, "PRAGMA application_id");
  const std::int64_t tables = pragma_number(store, "SELECT count(*) FROM sqlite_schema");
  if (version == 0 && tables == 0) return 0;
  if (application != kApplicationId) {
    throw Error(Status::data, store.path() + ": not a journal of Recveil");
  }
  if (version > kSchema) {
    throw Error(Status::version, store.path() + ": the journal has schema " +
                                     std::to_string(version) + ", this library knows up to " +
                                     std::to_string(kSchema));
  }
  if (version < kSchema) {
    throw Error(Status::version, store.path() + ": the journal has schema " +
                                     std::to_string(version) +
                                     " of a build that was never released; start a new one");
  }
  return version;
}

void create_tables(Store &store, std::uint64_t now) {
  StoreTransaction change(store);
  store.db().exec(kCreateTables);
  store.db().exec(("PRAGMA application_id=" + std::to_string(kApplicationId) +
                   "; PRAGMA user_version=" + std::to_string(kSchema))
                      .c_str());
  store.append(Event::created, now, nullptr, std::nullopt, {{"schema", Json(kSchema)}});
  change.commit();
}

}  // namespace recveil::journal
