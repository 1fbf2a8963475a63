// Retention: what need not be kept any more goes, and the chain still verifies.
#include "journal/impl.h"

namespace recveil::journal {
namespace {

constexpr std::int64_t kAtOnce = 500;  // requests or entries of one transaction

}  // namespace

std::uint64_t Journal::Impl::purge_requests(std::uint64_t cutoff, PurgeResult &result) {
  const auto old = store->rows(Table::request, "WHERE finished_at>0 AND finished_at<? LIMIT ?",
                               {number(cutoff), kAtOnce});
  for (const Row &row : old) {
    const Value id = row[0];
    for (const Row &link : store->rows(Table::request_subject, "WHERE request=?", {id})) {
      store->drop(Table::request_subject, {link[0], link[1]});
    }
    drop_evidence(array_of<16>(id));
    for (const Row &link : store->rows(Table::attempt_request, "WHERE request=?", {id})) {
      store->drop(Table::attempt_request, {link[0], link[1]});
      const auto attempt = store->get(Table::attempt, {link[1]});
      if (attempt && unsigned_of((*attempt)[7]) == 0 &&
          store->rows(Table::attempt_request, "WHERE attempt=? LIMIT 1", {link[1]}).empty()) {
        store->drop(Table::attempt, {link[1]});
      }
    }
    store->drop(Table::receipt, {id});
    store->drop(Table::request, {id});
    Query(store->db(),
          "UPDATE entry SET at=NULL, event=NULL, request=NULL, state=NULL, content=NULL "
          "WHERE request=?",
          {id})
        .step();
    const auto blanked = static_cast<std::uint64_t>(sqlite3_changes64(store->db().handle()));
    store->head().purged += blanked;
    result.entries += blanked;
    ++result.requests;
  }
  return old.size();
}

// Entries of no request that are old, then the blank ones at the beginning altogether.
void Journal::Impl::purge_entries(std::uint64_t cutoff, PurgeResult &result) {
  Database &db = store->db();
  Query(db,
        "UPDATE entry SET at=NULL, event=NULL, state=NULL, content=NULL "
        "WHERE request IS NULL AND content IS NOT NULL AND at<?",
        {number(cutoff)})
      .step();
  const auto blanked = static_cast<std::uint64_t>(sqlite3_changes64(db.handle()));
  Head &head = store->head();
  head.purged += blanked;
  result.entries += blanked;
  std::int64_t first_kept = 0;
  {
    Query query(db, "SELECT seq FROM entry WHERE content IS NOT NULL ORDER BY seq LIMIT 1");
    first_kept = query.step() ? query.integer(0) : static_cast<std::int64_t>(head.seq) + 1;
  }
  const auto first = static_cast<std::uint64_t>(first_kept);
  if (first <= head.first_seq) return;
  {
    Query query(db, "SELECT hash FROM entry WHERE seq=?", {number(first - 1)});
    if (!query.step() || query.bytes(0).size() != 32) store->damaged("an entry is missing");
    std::copy_n(query.bytes(0).begin(), 32, head.before_first.begin());
  }
  Query(db, "DELETE FROM entry WHERE seq<?", {number(first)}).step();
  head.purged -= first - head.first_seq;
  head.first_seq = first;
}

// Of each person's row in each table the states of the last model versions stay; of the older ones
// only that they are forgotten, so that a row of theirs counts as resurrected and is not mapped.
void Journal::Impl::purge_row_states(PurgeResult &result) {
  std::vector<Row> candidates;  // (token, tbl) with more versions than are kept
  {
    Query query(store->db(),
                "SELECT token, tbl FROM row_state GROUP BY token, tbl "
                "HAVING count(DISTINCT model_version)>? LIMIT ?",
                {std::int64_t{options.keep_model_versions}, kAtOnce});
    while (query.step()) candidates.push_back({query.value(0), query.value(1)});
  }
  for (const Row &of : candidates) {
    std::vector<Row> versions;  // the newest first
    {
      Query query(store->db(),
                  "SELECT model_version, ord FROM model WHERE tbl=? AND model_version IN "
                  "(SELECT model_version FROM row_state WHERE token=? AND tbl=?) "
                  "ORDER BY ord DESC",
                  {of[1], of[0], of[1]});
      while (query.step()) versions.push_back({query.value(0), query.value(1)});
    }
    for (std::size_t i = options.keep_model_versions; i < versions.size(); ++i) {
      if (i == options.keep_model_versions) {
        store->put(Table::forgotten_rows, {of[0], of[1], versions[i][1]});
      }
      for (const Row &state :
           store->rows(Table::row_state, "WHERE token=? AND tbl=? AND model_version=?",
                       {of[0], of[1], versions[i][0]})) {
        store->drop(Table::row_state, {state[0], state[1], state[2], state[3]});
        ++result.row_states;
      }
    }
  }
}

PurgeResult Journal::purge() {
  PurgeResult result;
  for (bool more = true; more;) {
    Writing writing(*impl_);
    const std::uint64_t now = writing.now(), keep = impl_->options.retention_seconds;
    const std::uint64_t cutoff = now > keep ? now - keep : 0;
    const PurgeResult before = result;
    more = impl_->purge_requests(cutoff, result) > 0;
    if (!more) impl_->purge_entries(cutoff, result);
    const std::uint64_t states = result.row_states;
    impl_->purge_row_states(result);
    more = more || result.row_states > states;
    if (result.requests == before.requests && result.entries == before.entries &&
        result.row_states == before.row_states) {
      break;
    }
    impl_->store->append(
        Event::purged, now, nullptr, std::nullopt,
        {{"requests", static_cast<std::int64_t>(result.requests - before.requests)},
         {"entries", static_cast<std::int64_t>(result.entries - before.entries)},
         {"row_states", static_cast<std::int64_t>(result.row_states - before.row_states)}});
    writing.commit();
  }
  const Reading reading(*impl_);
  impl_->clean_log();
  return result;
}

}  // namespace recveil::journal
