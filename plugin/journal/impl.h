// What the files of Journal share.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/user_set.h"
#include "journal/journal.h"
#include "journal/owner_lock.h"
#include "journal/person_keys.h"
#include "journal/store.h"
#include "journal/transitions.h"

namespace recveil::journal {

using Texts = std::vector<std::string>;

// Attributes in a column: each followed by a line end, so that {} and {""} differ.
std::string join(const Texts &attributes);
Texts split(std::string_view joined);
template <std::size_t N>
std::array<unsigned char, N> array_of(const Value &value) {
  std::array<unsigned char, N> out{};
  const auto &bytes = std::get<Bytes>(value);
  if (bytes.size() != N) throw Error(Status::data, "a journal column has another length");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
inline std::uint64_t unsigned_of(const Value &value) {
  return static_cast<std::uint64_t>(std::get<std::int64_t>(value));
}
inline std::uint32_t part_of(const Value &value) {
  return static_cast<std::uint32_t>(unsigned_of(value));
}
inline const std::string &text_of(const Value &value) {
  return std::get<std::string>(value);
}
void check_text(std::string_view text, std::size_t least, std::size_t most, const char *what);

Hash hash_of(std::string_view text) noexcept;  // BLAKE2b-256, no key

struct StoredRequest {
  RequestInfo info;
  Hash payload{};
};
StoredRequest request_of(const Row &row);

// A row of a person in a table; part counts their rows in it.
struct PersonRow {
  Token token{};
  std::string table;
  std::uint32_t part = 0;
};

struct Journal::Impl {
  Impl(const std::string &path, const Key &master, Clock clock, const Options &options);
  ~Impl();

  std::string path;
  JournalKeys keys;
  ReceiptKey receipt_key;
  Clock clock;
  Options options;
  pid_t process;
  std::mutex mutex;
  std::unique_ptr<OwnerLock> owner;
  std::unique_ptr<Store> store;
  UserSet wanted;  // first 8 bytes of tokens with an order; some may have none any more

  void open();
  void open_reader();
  void check_process() const;
  void check_anchor(const std::optional<Anchor> &anchor);
  void load_wanted();
  bool is_wanted(const Token &token) const noexcept;
  void clean_log();  // nothing that was deleted stays in the write-ahead log

  std::optional<StoredRequest> find(const RequestId &id) const;
  StoredRequest need(const RequestId &id) const;  // Error(not_found)
  void save(const StoredRequest &request);
  // Checks that the state may follow, saves and journals it.
  void move(StoredRequest &request, State to, std::string_view reason,
            const Json::Object &content = {}, Event event = Event::moved);
  // Drops what the request owes; leave_tombstones: as standing orders.
  void close_owed(const StoredRequest &request, bool leave_tombstones);
  void drop_label(const Token &token, const std::string &attribute);
  std::uint64_t remove_orders(std::span<const Subject> subjects,
                              std::span<const std::string> attributes);
  bool destroy_key(const Token &token);
  void advance(const RequestId &id, State to);
  bool rows_open(const RequestId &id) const;
  // Error(state) with unconfirmed rows, or without attempts or evidence that the kind needs.
  void check_ready(const RequestInfo &info, bool evidence) const;
  void drop_evidence(const RequestId &id);

  SubmitResult submit_one(const Submission &submission, std::vector<std::uint64_t> &added);
  bool same_subjects(const StoredRequest &request, const std::vector<Subject> &subjects) const;
  std::vector<OwedAttribute> owed_by(const Token &token) const;
  std::vector<KnownRow> known(const Token &token, const std::string &table) const;
  bool version_seen(const PersonRow &of, std::uint64_t version,
                    std::span<const KnownRow> known) const;
  RowDecision decide(const PersonRow &of, std::uint64_t version, const Digest &now,
                     std::span<const OwedAttribute> owed) const;
  RowOutcome outcome_of(const PersonRow &of, std::uint64_t version, const Digest &now,
                        std::span<const OwedAttribute> owed) const;
  void take_over(const PersonRow &of);
  void seal(const SealedLabel &label, std::uint64_t now);
  void note_model(const std::string &table, std::uint64_t version, std::uint64_t now);
  bool drop_attempt_of(const RequestId &id, std::uint64_t attempt);
  // Each does one transaction's worth; true if there is more.
  bool purge_requests(std::uint64_t cutoff, PurgeResult &result);
  void purge_entries(std::uint64_t cutoff, PurgeResult &result);
  struct RowGroup {
    Value token, table, part;
  };
  struct SeenVersion {
    Value version;
    std::uint64_t order, age;  // age: models of the table since
  };
  std::vector<SeenVersion> versions_of(const RowGroup &group) const;
  bool purge_row_states(RowGroup &after, PurgeResult &result);
  VerifyReport verify(const std::optional<ChainHead> &anchor) const;
};

// A call that reads. A read-only handle sees one state of the file throughout.
class ReadTransaction {
 public:
  explicit ReadTransaction(Journal::Impl &impl);
  ~ReadTransaction();

 private:
  Journal::Impl &impl_;
  std::unique_lock<std::mutex> lock_;
};

// A call that changes something: durable after commit(), otherwise undone.
class WriteTransaction {
 public:
  explicit WriteTransaction(Journal::Impl &impl);
  void commit();
  std::uint64_t now() const noexcept { return now_; }
  std::vector<std::uint64_t> wanted;  // to be added to Impl::wanted

 private:
  Journal::Impl &impl_;
  std::unique_lock<std::mutex> lock_;
  std::uint64_t now_;
  StoreTransaction change_;
};

}  // namespace recveil::journal
