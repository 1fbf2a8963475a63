// ReadTransaction everything: the chain, the rows, and that they say the same.
#include <cstring>

#include "core/watch.h"
#include "journal/impl.h"

namespace recveil::journal {
namespace {

struct Broken {
  std::uint64_t seq;
  std::string what;
};

void check_file(const Store &store) {
  Query query(store.db(), "PRAGMA integrity_check(1)");
  if (!query.step() || query.value(0) != Value(std::string("ok"))) {
    throw Broken{0, "the database file is damaged"};
  }
}

// Entries in order, each bound to the one before. Gives the number read.
void check_chain(const Store &store, const std::optional<ChainHead> &anchor, VerifyReport &report) {
  const Head &head = store.head();
  Query query(store.db(), "SELECT * FROM entry ORDER BY seq");
  Hash previous = head.before_first;
  std::uint64_t expected = head.first_seq;
  while (query.step()) {
    pulse();
    const auto seq = static_cast<std::uint64_t>(query.integer(EntryColumn::seq));
    if (seq != expected) throw Broken{expected, "an entry is missing or added"};
    Hash inner, hash;
    const auto stored_inner = query.bytes(EntryColumn::content_hash),
               stored = query.bytes(EntryColumn::hash);
    if (stored_inner.size() != inner.size() || stored.size() != hash.size()) {
      throw Broken{seq, "an entry is changed"};
    }
    std::copy(stored_inner.begin(), stored_inner.end(), inner.begin());
    if (sqlite3_column_type(query.statement(), EntryColumn::content) == SQLITE_NULL) {
      ++report.purged;
    } else {
      const auto content = query.bytes(EntryColumn::content);
      const std::string_view text(reinterpret_cast<const char *>(content.data()), content.size());
      if (store.content_hash(query.integer(EntryColumn::at), query.integer(EntryColumn::event),
                             query.bytes(EntryColumn::request), query.integer(EntryColumn::state),
                             text) != inner) {
        throw Broken{seq, "an entry is changed"};
      }
    }
    hash = store.entry_hash(previous, seq, inner);
    if (!std::ranges::equal(stored, hash)) {
      throw Broken{seq, "an entry does not follow from the one before"};
    }
    if (anchor && anchor->seq == seq && anchor->hash != hash) {
      throw Broken{seq, "the entry is not the one of the given head"};
    }
    previous = hash;
    ++expected;
    ++report.entries;
  }
  if (expected != head.seq + 1 || previous != head.hash) {
    throw Broken{expected, "entries at the end are missing or added"};
  }
  if (report.purged != head.purged) throw Broken{0, "an entry lost its content without a purge"};
  if (anchor && anchor->seq > head.seq) {
    throw Broken{head.seq + 1, "the journal ends before the given head"};
  }
}

void check_rows(const Store &store) {
  for (std::size_t t = 0; t < kTables; ++t) {
    const auto table = static_cast<Table>(t);
    Head::Sum sum;
    store.scan(table, "", {}, [&](const Row &row) {
      pulse();
      sum += store.mac_of(table, row);
    });
    if (sum != store.head().tables[t]) {
      throw Broken{0, std::string("rows of ") + spec_of(table).name + " are missing or added"};
    }
  }
}

// What the chain says of each request is what its row says.
void check_states(const Store &store) {
  store.scan(Table::request, "ORDER BY number", {}, [&](const Row &row) {
    pulse();
    Query query(store.db(),
                "SELECT seq, state FROM entry WHERE request=? ORDER BY seq DESC LIMIT 1",
                {row[RequestColumn::id]});
    if (!query.step()) throw Broken{0, "a request has no entry"};
    if (query.integer(1) != std::get<std::int64_t>(row[RequestColumn::state])) {
      throw Broken{static_cast<std::uint64_t>(query.integer(0)),
                   "a request is in another state than its last entry"};
    }
    if (static_cast<State>(query.integer(1)) == State::completed &&
        !store.get(Table::receipt, {row[RequestColumn::id]})) {
      throw Broken{static_cast<std::uint64_t>(query.integer(0)), "a receipt is missing"};
    }
  });
}

}  // namespace

VerifyReport Journal::Impl::verify(const std::optional<ChainHead> &anchor) const {
  VerifyReport report;
  try {
    check_file(*store);
    check_chain(*store, anchor, report);
    check_rows(*store);
    check_states(*store);
  } catch (const Broken &broken) {
    report.ok = false;
    report.bad_seq = broken.seq;
    report.what = broken.what;
  } catch (const Error &error) {
    if (error.status() != Status::data) throw;
    report.ok = false;
    report.what = error.what();
  }
  return report;
}

VerifyReport Journal::verify(const std::optional<ChainHead> &anchor) const {
  const ReadTransaction transaction(*impl_);
  return impl_->verify(anchor);
}

}  // namespace recveil::journal
