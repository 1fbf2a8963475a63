// The durable journal of deletion requests: one SQLite file (WAL, synchronous FULL), a hash chain
// over everything that happened, and who is to stay forgotten.
//
// One process owns a journal: opening it takes a lock that a second opening (in this process or
// another) is refused with Error(state). A forked child that calls a journal of its parent gets
// Error(state), and closing it there does nothing. Any thread may call; calls wait for each other.
// What returns is durable; what throws changed nothing (but where withdraw, shred and purge say
// that the log still has what they deleted, because a reader is on: call again). Errors: argument
// (a request that makes no sense), state (not now), not_found, io (disk full or failing; try
// again), data (the file is damaged or was tampered with), version (written by a newer library).
//
// Privacy: no raw id, no label in clear and no map class is stored. Entries name a person by a
// pseudonym under a random key of that person, good for one request; destroying the key (shred)
// leaves nothing that links the entries to the person or to each other, and the chain verifies
// all the same. Orders are found by a keyed token of the Subject.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journal/decide_row.h"
#include "journal/keys.h"
#include "journal/receipt.h"
#include "journal/types.h"

namespace recveil::journal {

struct Options {
  bool read_only = false;  // while another process owns it: list, status, receipt, verify and
                           // nothing else
  bool create = true;
  bool verify_on_open = true;  // O(entries + rows), about 1 s for 100,000 requests
  // What a submission gets that names none, the deadline by regulation.
  LabelPolicy label_policy = LabelPolicy::leace;
  std::array<std::uint64_t, 4> deadline_seconds{30 * 86400, 30 * 86400, 45 * 86400, 30 * 86400};
  std::uint32_t receipt_key_version = 1;
  std::uint64_t retention_seconds = 730ULL * 86400;  // of finished requests; CCPA regs 7101
  std::uint32_t keep_model_versions = 16;            // per table; older row states are purged
  const char *vfs = nullptr;                         // SQLite's default
  std::function<void(double)> committed;             // hears how long each commit took; seconds
};

struct Counts {
  std::array<std::uint64_t, kStates> in_state{};  // [state - 1]
  std::uint64_t overdue = 0;                      // open and past due_at
  std::uint64_t oldest_open_at = 0;               // received_at; 0 if none is open
  std::uint64_t next_due_at = 0;                  // 0 if none is open
  std::uint64_t tombstones = 0;
  std::uint64_t resurrected_rows = 0;  // how often a row was found so
  std::uint64_t file_bytes = 0;        // database and write-ahead log
};

struct ListPage {
  std::vector<RequestInfo> requests;
  std::uint64_t next = 0;  // cursor of the next page; 0: that was all
};

struct PlannedRow {
  std::size_t index = 0;  // into the rows presented; rows that owe nothing are left out
  RowAction action = RowAction::skip;
  bool known = false;                       // the journal has seen the row as it is now
  std::vector<std::string> attributes;      // to map now, sorted
  std::vector<std::string> covered_before;  // already gone from the row
  std::vector<OwedAttribute> owed;
};

struct AttemptStart {
  std::string table;  // the host's name of an embedding table, at most 64 bytes
  std::uint64_t model_version = 0;
  SnapshotId snapshot{};
};

struct AckResult {
  std::uint64_t confirmed = 0, unwritten = 0, resurrected = 0, unknown = 0;
  std::vector<RowOutcome> outcomes;  // of each row, in order
  std::uint64_t rows_left = 0;       // of the attempt, not yet confirmed
  std::vector<RequestId> done;       // applying, and no row of theirs is open in any attempt
};

struct ChainHead {
  std::uint64_t seq = 0;  // number of the last entry; 0: none
  Hash hash{};
};

struct VerifyReport {
  bool ok = true;
  std::uint64_t entries = 0;  // read and found good
  std::uint64_t purged = 0;   // of these, purged: only their hash is left
  std::uint64_t bad_seq = 0;  // the first bad entry, 0: not an entry
  std::string what;           // one line, no ids
};

struct PurgeResult {
  std::uint64_t requests = 0, entries = 0, row_states = 0;
};

class Journal {
 public:
  using Clock = std::function<std::uint64_t()>;  // Unix seconds; must not call the journal

  Journal(const std::string &path, const Key &master, Clock clock, const Options &options = {});
  ~Journal();
  Journal(const Journal &) = delete;
  Journal &operator=(const Journal &) = delete;

  // --- requests -------------------------------------------------------------------------------
  // One sync of the disk each; the second form takes one for all, all or none of them.
  SubmitResult submit(const Submission &submission);
  std::vector<SubmitResult> submit(std::span<const Submission> submissions);

  // reason: at most 1024 bytes, kept with the request. Error(state) where transitions.h says so.
  void change(const RequestId &id, Change change, std::string_view reason = {});
  // applying -> verifying -> publishing, and back to applying when verification failed or a new
  // model came. Error(state) to verifying while rows of the request are not confirmed.
  // All of them or none, with one sync.
  void advance(std::span<const RequestId> ids, State to);
  void advance(const RequestId &id, State to);
  // publishing -> completed: signs and stores the receipt, leaves tombstones (erase, attribute,
  // object), closes what was owed. Error(state) without evidence (erase and object need none) or
  // with unconfirmed rows. The same bytes for every call on a completed request.
  std::string complete(const RequestId &id, const ReceiptFacts &facts);
  std::string receipt(const RequestId &id) const;  // Error(not_found) unless completed
  const ReceiptKey &receipt_key() const noexcept;

  std::optional<RequestInfo> status(const RequestId &id) const;
  // Newer than cursor, oldest first, at most limit (1 to 1000).
  ListPage list(std::optional<State> state, std::uint64_t cursor, std::uint32_t limit) const;
  std::vector<RequestId> requests_of(const Subject &subject) const;  // until shredded
  Counts counts() const;

  // --- standing orders ------------------------------------------------------------------------
  // Removes tombstones and labels sealed for them; no attributes: all of them. The number of
  // tombstones removed. Error(state) while an open request still asks for one of them. The states
  // of their rows stay until the models of them are old (purge): asked again, a row that is still
  // as a map left it must not be mapped again.
  std::uint64_t withdraw(std::span<const Subject> subjects,
                         std::span<const std::string> attributes);
  // Rows with anything owed, by open requests that are not held or by tombstones. Fast for many:
  // persons without an order cost one hash and a lookup in memory (12 bytes an order).
  std::vector<OwedRow> owed(std::span<const Subject> subjects) const;
  // Received and applying requests of none of whose subjects the span has one, oldest first: their
  // ids are written in another form there, or the person has no row.
  std::vector<RequestId> unmatched(std::span<const Subject> subjects) const;
  // The label that begin_attempt() sealed.
  std::optional<std::string> open_label(const Subject &subject, std::string_view attribute) const;
  // Destroys the key that links entries to the person. Tombstones, and labels sealed for them, stay
  // until withdrawn. Error(state) while a request of theirs is open.
  bool shred(const Subject &subject);

  // --- plan, apply, ack -----------------------------------------------------------------------
  // Keyed hash of a row's bytes; the same row in another model version has the same digest. Const,
  // takes no lock.
  Digest row_digest(const Subject &subject, std::string_view table,
                    std::span<const unsigned char> row) const;
  std::vector<KnownRow> known_rows(const Subject &subject, std::string_view table) const;
  std::vector<PlannedRow> plan(std::string_view table, std::uint64_t model_version,
                               std::span<const RowNow> rows) const;
  // Journals, before any row is written, what is about to be done; durable when it returns. Open
  // requests that own the rows go to applying. Rows of an older open attempt on the table and
  // person are taken over. Labels are sealed in the same transaction; Error(state) unless an order
  // keeps them sealed. The number of the attempt.
  std::uint64_t begin_attempt(const AttemptStart &start, std::span<const RowWork> rows,
                              std::span<const SealedLabel> labels = {});
  // Reads back. Error(state) if the model version is not the attempt's: fenced off.
  AckResult ack(std::uint64_t attempt, std::uint64_t model_version, std::span<const RowNow> rows);
  // Counts rows that plan found resurrected, durably.
  void note_resurrected(std::string_view table, std::uint64_t model_version, std::uint64_t rows);
  // The audit of a cohort, for requests in verifying.
  void record_evidence(std::span<const RequestId> requests, const Evidence &evidence);

  // --- keeping --------------------------------------------------------------------------------
  ChainHead head() const;
  // Reads everything. anchor: a head noted elsewhere (a receipt has one) that must be in the chain.
  VerifyReport verify(const std::optional<ChainHead> &anchor = std::nullopt) const;
  // Deletes finished requests, with receipts, older than the retention, and old row states. Their
  // entries are reduced to hashes.
  PurgeResult purge();

  struct Impl;  // of this room

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace recveil::journal
