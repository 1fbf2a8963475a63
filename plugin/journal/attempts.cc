// Plan, apply, ack: which rows are owed what, what is about to be written, what reads back.
#include <sodium.h>

#include <map>
#include <set>

#include "core/watch.h"
#include "journal/impl.h"

namespace recveil::journal {
namespace {

void check_table(std::string_view table) {
  check_text(table, 1, 64, "table");
}

bool is_sorted_set(const Texts &texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::greater_equal<>()) == texts.end();
}

void check_covered(const RowWork &row) {
  if (is_sorted_set(row.covered_before) && is_sorted_set(row.covered_after) &&
      std::includes(row.covered_after.begin(), row.covered_after.end(), row.covered_before.begin(),
                    row.covered_before.end())) {
    return;
  }
  throw Error(Status::argument, "rows: covered attributes must be sorted, and none may come back");
}

// A time that is not 0, which means "not yet".
Value time_of(std::uint64_t now) {
  return number(std::max<std::uint64_t>(now, 1));
}

}  // namespace

std::vector<KnownRow> Journal::Impl::known(const Token &token, const std::string &table) const {
  std::vector<KnownRow> out;
  store->scan(Table::row_state, "WHERE token=? AND tbl=?", {blob(token), table},
              [&](const Row &row) {
                out.push_back({array_of<16>(row[RowStateColumn::digest]),
                               unsigned_of(row[RowStateColumn::model_version]),
                               split(text_of(row[RowStateColumn::covered])),
                               part_of(row[RowStateColumn::part])});
              });
  return out;
}

bool Journal::Impl::version_seen(const PersonRow &of, std::uint64_t version,
                                 std::span<const KnownRow> known) const {
  if (std::any_of(known.begin(), known.end(), [&](const KnownRow &row) {
        return row.model_version == version && row.part == of.part;
      })) {
    return true;
  }
  // A version from before the states of this row were purged: what it did is not known any more.
  const auto forgotten =
      store->get(Table::forgotten_rows, {blob(of.token), of.table, number(of.part)});
  const auto model = store->get(Table::model, {of.table, number(version)});
  return forgotten && model &&
         unsigned_of((*model)[ModelColumn::order]) <=
             unsigned_of((*forgotten)[ForgottenRowsColumn::up_to]);
}

RowDecision Journal::Impl::decide(const PersonRow &of, std::uint64_t version, const Digest &now,
                                  std::span<const OwedAttribute> owed) const {
  Texts names;
  for (const OwedAttribute &item : owed) names.push_back(item.attribute);
  const auto states = known(of.token, of.table);
  return decide_row(now, states, version_seen(of, version, states), names);
}

std::vector<KnownRow> Journal::known_rows(const Subject &subject, std::string_view table) const {
  const ReadTransaction transaction(*impl_);
  return impl_->known(token_of(impl_->keys, subject), std::string(table));
}

std::vector<PlannedRow> Journal::plan(std::string_view table, std::uint64_t model_version,
                                      std::span<const RowNow> rows) const {
  check_table(table);
  const std::string name(table);
  const ReadTransaction transaction(*impl_);
  std::vector<PlannedRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pulse();
    const Token token = token_of(impl_->keys, rows[i].subject);
    auto owed = impl_->owed_by(token);
    if (owed.empty()) continue;
    RowDecision decision =
        impl_->decide({token, name, rows[i].part}, model_version, rows[i].now, owed);
    out.push_back({i, decision.action, decision.known, std::move(decision.attributes),
                   std::move(decision.covered_before), std::move(owed)});
  }
  return out;
}

bool Journal::Impl::drop_attempt_of(const RequestId &id, std::uint64_t attempt) {
  auto link = store->get(Table::attempt_request, {blob(id), number(attempt)});
  if (!link) return false;
  const std::uint64_t total = unsigned_of((*link)[AttemptRequestColumn::total]) - 1;
  if (total == 0) return store->drop(Table::attempt_request, *link);
  (*link)[AttemptRequestColumn::total] = number(total);
  store->put(Table::attempt_request, *link);
  return true;
}

void Journal::Impl::take_over(const PersonRow &of) {
  const auto open = store->rows(Table::attempt_row, "WHERE token=? AND tbl=? AND part=?",
                                {blob(of.token), of.table, number(of.part)});
  for (const Row &row : open) {
    const std::uint64_t id = unsigned_of(row[AttemptRowColumn::attempt]);
    store->drop(Table::attempt_row, row);
    auto attempt = store->get(Table::attempt, {number(id)});
    if (!attempt) store->damaged("an attempt");
    std::set<RequestId> requests;
    for (const Row &owed : store->rows(Table::owed, "WHERE token=?", {blob(of.token)})) {
      requests.insert(array_of<16>(owed[OwedColumn::request]));
    }
    for (const RequestId &request : requests) drop_attempt_of(request, id);
    const std::uint64_t total = unsigned_of((*attempt)[AttemptColumn::total]) - 1;
    const std::uint64_t unconfirmed = unsigned_of((*attempt)[AttemptColumn::unconfirmed]) - 1;
    if (total == 0) {
      store->drop(Table::attempt, *attempt);
      continue;
    }
    (*attempt)[AttemptColumn::total] = number(total);
    (*attempt)[AttemptColumn::unconfirmed] = number(unconfirmed);
    if (unconfirmed == 0) (*attempt)[AttemptColumn::acked_at] = time_of(clock());
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

void Journal::Impl::seal(const SealedLabel &label, std::uint64_t now) {
  if (label.label.size() > kMaxLabel) throw Error(Status::argument, "label: at most 60 bytes");
  const Token token = token_of(keys, label.subject);
  const auto owed = owed_by(token);
  const auto order = std::find_if(owed.begin(), owed.end(), [&](const auto &item) {
    return item.attribute == label.attribute;
  });
  if (order == owed.end() || order->label_policy != LabelPolicy::sealed) {
    throw Error(Status::state, "nothing asks for a sealed label of this person and attribute");
  }
  const Key key = make_key(*store, keys, Table::label_key, token);
  store->put(Table::label,
             {blob(token), label.attribute, seal_label(key, token, label.attribute, label.label)});
  store->append(Event::label, now, nullptr, std::nullopt, {{"attribute", label.attribute}});
}

std::uint64_t Journal::begin_attempt(const AttemptStart &start, std::span<const RowWork> rows,
                                     std::span<const SealedLabel> labels) {
  check_table(start.table);
  if (rows.empty()) throw Error(Status::argument, "rows: an attempt has at least one");
  WriteTransaction transaction(*impl_);
  Store &store = *impl_->store;
  const std::uint64_t id = store.head().next_attempt++;
  const std::string &table = start.table;
  impl_->note_model(table, start.model_version, transaction.now());
  std::uint64_t unconfirmed = 0;
  std::map<RequestId, std::uint64_t> requests;  // rows of each
  std::set<std::pair<Token, std::uint32_t>> seen;
  crypto_generichash_state all;  // binds the entry to the digests, which are not in it
  const auto &key = impl_->keys.chain.bytes;
  crypto_generichash_init(&all, key.data(), key.size(), 32);
  for (const RowWork &row : rows) {
    pulse();
    const Token token = token_of(impl_->keys, row.subject);
    if (!seen.emplace(token, row.part).second) {
      throw Error(Status::argument, "rows: one is given twice");
    }
    check_covered(row);
    const auto owed = impl_->owed_by(token);
    if (owed.empty()) throw Error(Status::argument, "rows: nothing is owed to one of them");
    impl_->take_over({token, table, row.part});
    const Value version = number(start.model_version), part = number(row.part);
    store.put(Table::row_state,
              {blob(token), table, part, blob(row.before), version, join(row.covered_before)});
    // Where a map changes nothing, the later state is the one that counts.
    store.put(Table::row_state,
              {blob(token), table, part, blob(row.after), version, join(row.covered_after)});
    if (row.before != row.after) {
      store.put(Table::attempt_row,
                {blob(token), number(id), part, table, blob(row.before), blob(row.after)});
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
  for (const SealedLabel &label : labels) impl_->seal(label, transaction.now());
  Hash rows_hash;
  crypto_generichash_final(&all, rows_hash.data(), rows_hash.size());
  store.put(Table::attempt,
            {number(id), table, number(start.model_version), blob(start.snapshot),
             number(transaction.now()), unconfirmed == 0 ? time_of(transaction.now()) : number(0),
             number(rows.size()), number(unconfirmed)});
  store.append(Event::attempt, transaction.now(), nullptr, std::nullopt,
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
  transaction.commit();
  return id;
}

// What became of a row that is not open in the attempt: confirmed before, or taken over.
RowOutcome Journal::Impl::outcome_of(const PersonRow &of, std::uint64_t version, const Digest &now,
                                     std::span<const OwedAttribute> owed) const {
  if (owed.empty()) return RowOutcome::unknown;
  const RowDecision decision = decide(of, version, now, owed);
  switch (decision.action) {
    case RowAction::skip:
      return RowOutcome::confirmed;
    case RowAction::map:
      return decision.known ? RowOutcome::unwritten : RowOutcome::unknown;
    case RowAction::resurrected:
      return RowOutcome::resurrected;
  }
  return RowOutcome::unknown;
}

AckResult Journal::ack(std::uint64_t attempt_id, std::uint64_t model_version,
                       std::span<const RowNow> rows) {
  WriteTransaction transaction(*impl_);
  Store &store = *impl_->store;
  auto attempt = store.get(Table::attempt, {number(attempt_id)});
  if (!attempt) {
    throw Error(Status::not_found, "no such attempt, or a later one took all its rows over");
  }
  const std::uint64_t version = unsigned_of((*attempt)[AttemptColumn::model_version]);
  if (version != model_version) {
    throw Error(Status::state, "the attempt is for model version " + std::to_string(version) +
                                   ", not " + std::to_string(model_version));
  }
  const std::string table = text_of((*attempt)[AttemptColumn::table]);
  AckResult out;
  std::uint64_t closed = 0;
  std::set<RequestId> touched;
  for (const RowNow &row : rows) {
    pulse();
    const Token token = token_of(impl_->keys, row.subject);
    const auto owed = impl_->owed_by(token);
    const auto open =
        store.get(Table::attempt_row, {blob(token), number(attempt_id), number(row.part)});
    RowOutcome outcome = RowOutcome::unknown;
    if (open) {
      outcome = read_back(row.now, array_of<16>((*open)[AttemptRowColumn::before]),
                          array_of<16>((*open)[AttemptRowColumn::after]));
      if (outcome == RowOutcome::confirmed) {
        store.drop(Table::attempt_row, *open);
        ++closed;
      }
    } else {
      outcome = impl_->outcome_of({token, table, row.part}, version, row.now, owed);
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
  out.rows_left = unsigned_of((*attempt)[AttemptColumn::unconfirmed]) - closed;
  if (closed > 0) {
    (*attempt)[AttemptColumn::unconfirmed] = number(out.rows_left);
    if (out.rows_left == 0) (*attempt)[AttemptColumn::acked_at] = time_of(transaction.now());
    store.put(Table::attempt, *attempt);
  }
  for (const RequestId &request : touched) {
    if (store.get(Table::attempt_request, {blob(request), number(attempt_id)}) &&
        impl_->need(request).info.state == State::applying && !impl_->rows_open(request)) {
      out.done.push_back(request);
    }
  }
  if (closed == 0 && out.resurrected == 0) return out;
  store.head().resurrected += out.resurrected;
  store.append(Event::acked, transaction.now(), nullptr, std::nullopt,
               {{"attempt", std::to_string(attempt_id)},
                {"confirmed", static_cast<std::int64_t>(closed)},
                {"unwritten", static_cast<std::int64_t>(out.unwritten)},
                {"resurrected", static_cast<std::int64_t>(out.resurrected)}});
  transaction.commit();
  return out;
}

void Journal::note_resurrected(std::string_view table, std::uint64_t model_version,
                               std::uint64_t rows) {
  check_table(table);
  if (rows == 0) return;
  WriteTransaction transaction(*impl_);
  impl_->store->head().resurrected += rows;
  impl_->store->append(Event::resurrected, transaction.now(), nullptr, std::nullopt,
                       {{"table", table},
                        {"model_version", std::to_string(model_version)},
                        {"rows", std::to_string(rows)}});
  transaction.commit();
}

}  // namespace recveil::journal
