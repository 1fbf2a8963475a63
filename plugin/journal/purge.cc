// Retention: what need not be kept any more goes, and the chain still verifies.
#include "journal/impl.h"

namespace recveil::journal {
namespace {

constexpr std::int64_t kAtOnce = 500;  // requests or entries of one transaction

}  // namespace

bool Journal::Impl::purge_requests(std::uint64_t cutoff, PurgeResult &result) {
  const auto old = store->rows(Table::request, "WHERE finished_at>0 AND finished_at<? LIMIT ?",
                               {number(cutoff), kAtOnce});
  for (const Row &row : old) {
    const Value &id = row[RequestColumn::id];
    for (const Row &link : store->rows(Table::request_subject, "WHERE request=?", {id})) {
      store->drop(Table::request_subject, link);
    }
    drop_evidence(array_of<16>(id));
    for (const Row &link : store->rows(Table::attempt_request, "WHERE request=?", {id})) {
      const Value &number = link[AttemptRequestColumn::attempt];
      store->drop(Table::attempt_request, link);
      const auto attempt = store->get(Table::attempt, {number});
      if (attempt && unsigned_of((*attempt)[AttemptColumn::unconfirmed]) == 0 &&
          store->rows(Table::attempt_request, "WHERE attempt=? LIMIT 1", {number}).empty()) {
        store->drop(Table::attempt, *attempt);
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
  return old.size() == static_cast<std::size_t>(kAtOnce);
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

// The model versions that a row of a person in a table has states of, the newest first.
std::vector<Journal::Impl::SeenVersion> Journal::Impl::versions_of(const RowGroup &group) const {
  std::vector<SeenVersion> out;
  Query query(store->db(),
              "SELECT model_version, ord, (SELECT max(ord) FROM model WHERE tbl=?1) "
              "FROM model WHERE tbl=?1 AND model_version IN "
              "(SELECT model_version FROM row_state WHERE token=?2 AND tbl=?1 AND part=?3) "
              "ORDER BY ord DESC",
              {group.table, group.token, group.part});
  while (query.step()) {
    const auto order = static_cast<std::uint64_t>(query.integer(1));
    const auto newest = static_cast<std::uint64_t>(query.integer(2));
    out.push_back({query.value(0), order, newest - order});
  }
  return out;
}

// Of each row of a person in each table the states of the last model versions stay; of the older
// ones only that they are forgotten, so that such a row counts as resurrected and is not mapped. Of
// persons who withdrew nothing stays once the models are old. Goes on after `after`; false at the
// end.
bool Journal::Impl::purge_row_states(RowGroup &after, PurgeResult &result) {
  std::vector<RowGroup> groups;
  {
    Query query(store->db(),
                "SELECT token, tbl, part FROM row_state WHERE (token, tbl, part)>(?,?,?) "
                "GROUP BY token, tbl, part ORDER BY token, tbl, part LIMIT ?",
                {after.token, after.table, after.part, kAtOnce});
    while (query.step()) groups.push_back({query.value(0), query.value(1), query.value(2)});
  }
  for (const RowGroup &of : groups) {
    const bool ordered =
        !store->rows(Table::standing, "WHERE token=? LIMIT 1", {of.token}).empty() ||
        !store->rows(Table::owed, "WHERE token=? LIMIT 1", {of.token}).empty();
    const std::uint64_t keep = options.keep_model_versions;
    bool first = true;
    for (std::size_t i = 0; const SeenVersion &seen : versions_of(of)) {
      if (ordered ? i++ < keep : seen.age < keep) continue;
      if (ordered && first) {
        store->put(Table::forgotten_rows, {of.token, of.table, of.part, number(seen.order)});
      } else if (!ordered && first) {
        store->drop(Table::forgotten_rows, {of.token, of.table, of.part});
      }
      first = false;
      for (const Row &state :
           store->rows(Table::row_state, "WHERE token=? AND tbl=? AND part=? AND model_version=?",
                       {of.token, of.table, of.part, seen.version})) {
        store->drop(Table::row_state, state);
        ++result.row_states;
      }
    }
  }
  if (groups.empty()) return false;
  after = groups.back();
  return groups.size() == static_cast<std::size_t>(kAtOnce);
}

PurgeResult Journal::purge() {
  PurgeResult total;
  // One transaction of a bounded part; an entry says what it removed.
  const auto part = [&](const auto &remove) {
    PurgeResult result;
    WriteTransaction transaction(*impl_);
    const std::uint64_t now = transaction.now(), keep = impl_->options.retention_seconds;
    const bool more = remove(now > keep ? now - keep : 0, result);
    if (result.requests + result.entries + result.row_states == 0) return more;
    impl_->store->append(Event::purged, now, nullptr, std::nullopt,
                         {{"requests", std::to_string(result.requests)},
                          {"entries", std::to_string(result.entries)},
                          {"row_states", std::to_string(result.row_states)}});
    transaction.commit();
    total.requests += result.requests;
    total.entries += result.entries;
    total.row_states += result.row_states;
    return more;
  };
  while (part([&](std::uint64_t cutoff, PurgeResult &result) {
    return impl_->purge_requests(cutoff, result);
  })) {
  }
  part([&](std::uint64_t cutoff, PurgeResult &result) {
    impl_->purge_entries(cutoff, result);
    return false;
  });
  Impl::RowGroup after{Bytes{}, std::string(), std::int64_t{0}};
  while (part(
      [&](std::uint64_t, PurgeResult &result) { return impl_->purge_row_states(after, result); })) {
  }
  const ReadTransaction transaction(*impl_);
  impl_->clean_log();
  return total;
}

}  // namespace recveil::journal
