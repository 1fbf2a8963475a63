// Plan, apply, ack: which rows are owed what, what is about to be written, what reads back.
#include <sodium.h>

#include <map>
#include <set>

#include "journal/impl.h"

namespace recveil::journal {
namespace {

void check_table(std::string_view table) {
  check_text(table, 1, 64, "table");
}

bool is_sorted_set(const Texts &texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::greater_equal<>()) == texts.end();
}

}  // namespace

std::vector<KnownRow> Journal::Impl::known(const Token &token, const std::string &table) const {
  std::vector<KnownRow> out;
  store->scan(Table::row_state, "WHERE token=? AND tbl=?", {blob(token), table},
              [&](const Row &row) {
                out.push_back({array_of<16>(row[2]), unsigned_of(row[3]), split(text_of(row[4]))});
              });
  return out;
}

bool Journal::Impl::version_seen(const Token &token, const std::string &table,
                                 std::uint64_t version, std::span<const KnownRow> known) const {
  if (std::any_of(known.begin(), known.end(),
                  [&](const KnownRow &row) { return row.model_version == version; })) {
    return true;
  }
  // A version from before this person's row states were purged: what it did is not known any more.
  const auto forgotten = store->get(Table::forgotten_rows, {blob(token), table});
  const auto model = store->get(Table::model, {table, number(version)});
  return forgotten && model && unsigned_of((*model)[2]) <= unsigned_of((*forgotten)[2]);
}

RowDecision Journal::Impl::decide(const Token &token, const std::string &table,
                                  std::uint64_t version, const Digest &now,
                                  std::span<const OwedAttribute> owed) const {
  Texts names;
  for (const OwedAttribute &item : owed) names.push_back(item.attribute);
  const auto states = known(token, table);
  return decide_row(now, states, version_seen(token, table, version, states), names);
}

std::vector<KnownRow> Journal::known_rows(const Subject &subject, std::string_view table) const {
  const Reading reading(*impl_);
  return impl_->known(token_of(impl_->keys, subject), std::string(table));
}

std::vector<PlannedRow> Journal::plan(std::string_view table, std::uint64_t model_version,
                                      std::span<const RowNow> rows) const {
  check_table(table);
  const std::string name(table);
  const Reading reading(*impl_);
  std::vector<PlannedRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Token token = token_of(impl_->keys, rows[i].subject);
    auto owed = impl_->owed_by(token);
    if (owed.empty()) continue;
    RowDecision decision = impl_->decide(token, name, model_version, rows[i].now, owed);
    out.push_back({i, decision.action, std::move(decision.attributes),
                   std::move(decision.covered_before), std::move(owed)});
  }
  return out;
}

bool Journal::Impl::drop_attempt_of(const RequestId &id, std::uint64_t attempt) {
  auto link = store->get(Table::attempt_request, {blob(id), number(attempt)});
  if (!link) return false;
  const std::uint64_t total = unsigned_of((*link)[2]) - 1;
  if (total == 0) return store->drop(Table::attempt_request, {blob(id), number(attempt)});
  (*link)[2] = number(total);
  store->put(Table::attempt_request, *link);
  return true;
}

void Journal::Impl::take_over(const Token &token, const std::string &table) {
  const auto open =
      store->rows(Table::attempt_row, "WHERE token=? AND tbl=?", {blob(token), table});
  for (const Row &row : open) {
    const std::uint64_t id = unsigned_of(row[1]);
    store->drop(Table::attempt_row, {row[0], row[1]});
    auto attempt = store->get(Table::attempt, {number(id)});
    if (!attempt) store->damaged("an attempt");
    std::set<RequestId> requests;
    for (const Row &owed : store->rows(Table::owed, "WHERE token=?", {blob(token)})) {
      requests.insert(array_of<16>(owed[2]));
    }
    for (const RequestId &request : requests) drop_attempt_of(request, id);
    const std::uint64_t total = unsigned_of((*attempt)[6]) - 1;
    const std::uint64_t unconfirmed = unsigned_of((*attempt)[7]) - 1;
    if (total == 0) {
      store->drop(Table::attempt, {number(id)});
      continue;
    }
    (*attempt)[6] = number(total);
    (*attempt)[7] = number(unconfirmed);
    if (unconfirmed == 0) (*attempt)[5] = number(std::max<std::uint64_t>(clock(), 1));
    store->put(Table::attempt, *attempt);
  }
}

void Journal::Impl::note_model(const std::string &table, std::uint64_t version, std::uint64_t now) {
  if (store->get(Table::model, {table, number(version)})) return;
  std::int64_t last = 0;
  {
    Query query(store->db(), "SELECT max(ord) FROM model WHERE tbl=?", {table});
    if (query.step()) last = query.integer(0);
  }
  store->put(Table::model, {table, number(version), last + 1, number(now)});
}

std::uint64_t Journal::begin_attempt(const AttemptStart &start, std::span<const RowWork> rows) {
  check_table(start.table);
  if (rows.empty()) throw Error(Status::argument, "rows: an attempt has at least one");
  Writing writing(*impl_);
  Store &store = *impl_->store;
  const std::uint64_t id = store.head().next_attempt++;
  const std::string &table = start.table;
  impl_->note_model(table, start.model_version, writing.now());
  std::uint64_t unconfirmed = 0;
  std::map<RequestId, std::uint64_t> requests;  // rows of each
  std::set<Token> seen;
  crypto_generichash_state all;  // binds the entry to the digests, which are not in it
  const auto &key = impl_->keys.chain.bytes;
  crypto_generichash_init(&all, key.data(), key.size(), 32);
  for (const RowWork &row : rows) {
    const Token token = token_of(impl_->keys, row.subject);
    if (!seen.insert(token).second) throw Error(Status::argument, "rows: a person comes twice");
    const bool nothing = row.before == row.after;
    if (!is_sorted_set(row.covered_before) || !is_sorted_set(row.covered_after) ||
        !std::includes(row.covered_after.begin(), row.covered_after.end(),
                       row.covered_before.begin(), row.covered_before.end())) {
      throw Error(Status::argument,
                  "rows: covered attributes must be sorted, and none may come back");
    }
    const auto owed = impl_->owed_by(token);
    if (owed.empty()) throw Error(Status::argument, "rows: nothing is owed to one of them");
    impl_->take_over(token, table);
    const Value version = number(start.model_version);
    store.put(Table::row_state,
              {blob(token), table, blob(row.before), version, join(row.covered_before)});
    // Where a map changes nothing, the later state is the one that counts.
    store.put(Table::row_state,
              {blob(token), table, blob(row.after), version, join(row.covered_after)});
    if (!nothing) {
      store.put(Table::attempt_row,
                {blob(token), number(id), table, blob(row.before), blob(row.after)});
      ++unconfirmed;
    }
    crypto_generichash_update(&all, row.before.data(), row.before.size());
    crypto_generichash_update(&all, row.after.data(), row.after.size());
    std::set<RequestId> of_row;
    for (const OwedAttribute &item : owed) {
      if (!std::binary_search(row.covered_after.begin(), row.covered_after.end(), item.attribute)) {
        continue;
      }
      of_row.insert(item.requests.begin(), item.requests.end());
    }
    for (const RequestId &request : of_row) ++requests[request];
  }
  Hash rows_hash;
  crypto_generichash_final(&all, rows_hash.data(), rows_hash.size());
  const std::uint64_t acked = unconfirmed == 0 ? std::max<std::uint64_t>(writing.now(), 1) : 0;
  store.put(Table::attempt,
            {number(id), table, number(start.model_version), blob(start.snapshot),
             number(writing.now()), number(acked), number(rows.size()), number(unconfirmed)});
  store.append(Event::attempt, writing.now(), nullptr, std::nullopt,
               {{"attempt", std::to_string(id)},
                {"table", table},
                {"model_version", std::to_string(start.model_version)},
                {"snapshot", hex(start.snapshot)},
                {"rows", static_cast<std::int64_t>(rows.size())},
                {"rows_hash", hex(rows_hash)}});
  for (const auto &[request_id, n] : requests) {
    store.put(Table::attempt_request, {blob(request_id), number(id), number(n)});
    StoredRequest request = impl_->need(request_id);
    if (request.info.state == State::applying) continue;
    impl_->drop_evidence(request_id);
    impl_->move(request, State::applying, {}, {{"attempt", std::to_string(id)}});
  }
  writing.commit();
  return id;
}

AckResult Journal::ack(std::uint64_t attempt_id, std::uint64_t model_version,
                       std::span<const RowNow> rows) {
  Writing writing(*impl_);
  Store &store = *impl_->store;
  auto attempt = store.get(Table::attempt, {number(attempt_id)});
  if (!attempt) {
    throw Error(Status::not_found, "no such attempt, or a later one took all its rows over");
  }
  if (unsigned_of((*attempt)[2]) != model_version) {
    throw Error(Status::state, "the attempt is for model version " +
                                   std::to_string(unsigned_of((*attempt)[2])) + ", not " +
                                   std::to_string(model_version));
  }
  const std::string table = text_of((*attempt)[1]);
  AckResult out;
  std::uint64_t closed = 0;
  std::set<RequestId> touched;
  for (const RowNow &row : rows) {
    const Token token = token_of(impl_->keys, row.subject);
    const auto owed = impl_->owed_by(token);
    const auto open = store.get(Table::attempt_row, {blob(token), number(attempt_id)});
    RowOutcome outcome = RowOutcome::unknown;
    if (open) {
      outcome = read_back(row.now, array_of<16>((*open)[3]), array_of<16>((*open)[4]));
      if (outcome == RowOutcome::confirmed) {
        store.drop(Table::attempt_row, {blob(token), number(attempt_id)});
        ++closed;
      }
    } else if (!owed.empty()) {  // confirmed before, or taken over
      switch (impl_->decide(token, table, model_version, row.now, owed).action) {
        case RowAction::skip:
          outcome = RowOutcome::confirmed;
          break;
        case RowAction::map:
          outcome = RowOutcome::unwritten;
          break;
        case RowAction::resurrected:
          outcome = RowOutcome::resurrected;
          break;
        case RowAction::new_attempt:
          break;
      }
    }
    for (const OwedAttribute &item : owed) {
      touched.insert(item.requests.begin(), item.requests.end());
    }
    out.confirmed += outcome == RowOutcome::confirmed;
    out.unwritten += outcome == RowOutcome::unwritten;
    out.resurrected += outcome == RowOutcome::resurrected;
    out.unknown += outcome == RowOutcome::unknown;
    out.outcomes.push_back(outcome);
  }
  out.rows_left = unsigned_of((*attempt)[7]) - closed;
  if (closed > 0) {
    (*attempt)[7] = number(out.rows_left);
    if (out.rows_left == 0) (*attempt)[5] = number(std::max<std::uint64_t>(writing.now(), 1));
    store.put(Table::attempt, *attempt);
  }
  for (const RequestId &request : touched) {
    if (store.get(Table::attempt_request, {blob(request), number(attempt_id)}) &&
        !impl_->rows_open(request)) {
      out.done.push_back(request);
    }
  }
  if (closed == 0 && out.resurrected == 0) return out;
  store.head().resurrected += out.resurrected;
  store.append(Event::acked, writing.now(), nullptr, std::nullopt,
               {{"attempt", std::to_string(attempt_id)},
                {"confirmed", static_cast<std::int64_t>(closed)},
                {"unwritten", static_cast<std::int64_t>(out.unwritten)},
                {"resurrected", static_cast<std::int64_t>(out.resurrected)}});
  writing.commit();
  return out;
}

void Journal::note_resurrected(std::string_view table, std::uint64_t model_version,
                               std::uint64_t rows) {
  check_table(table);
  if (rows == 0) return;
  Writing writing(*impl_);
  impl_->store->head().resurrected += rows;
  impl_->store->append(Event::resurrected, writing.now(), nullptr, std::nullopt,
                       {{"table", table},
                        {"model_version", std::to_string(model_version)},
                        {"rows", std::to_string(rows)}});
  writing.commit();
}

}  // namespace recveil::journal
