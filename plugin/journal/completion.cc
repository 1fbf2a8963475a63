// From applied to completed: verification, evidence, the receipt.
#include "core/watch.h"
#include "journal/impl.h"

namespace recveil::journal {
namespace {

bool of_attributes(const RequestInfo &info) {
  return info.kind == Kind::attribute || info.kind == Kind::rectify;
}

void check_evidence(const Evidence &evidence) {
  check_text(evidence.verdict, 1, 256, "evidence.verdict");
  if (evidence.scores.size() > 1000) throw Error(Status::argument, "evidence: at most 1000 scores");
  for (const Score &score : evidence.scores) {
    for (const std::string *text :
         {&score.attacker, &score.protocol, &score.source, &score.attribute}) {
      check_text(*text, 1, 64, "evidence.scores");
    }
  }
}

}  // namespace

bool Journal::Impl::rows_open(const RequestId &id) const {
  Query query(store->db(),
              "SELECT 1 FROM owed JOIN attempt_row USING(token) WHERE owed.request=? LIMIT 1",
              {blob(id)});
  return query.step();
}

void Journal::Impl::drop_evidence(const RequestId &id) {
  for (const Row &row : store->rows(Table::request_evidence, "WHERE request=?", {blob(id)})) {
    const Value &evidence = row[RequestEvidenceColumn::evidence];
    store->drop(Table::request_evidence, row);
    if (store->rows(Table::request_evidence, "WHERE evidence=? LIMIT 1", {evidence}).empty()) {
      store->drop(Table::evidence, {evidence});
    }
  }
}

void Journal::Impl::check_ready(const RequestInfo &info, bool evidence) const {
  if (rows_open(info.id)) throw Error(Status::state, "rows of the request are not confirmed yet");
  if (!of_attributes(info)) return;  // nothing to map, nothing to measure
  if (store->rows(Table::attempt_request, "WHERE request=? LIMIT 1", {blob(info.id)}).empty()) {
    throw Error(Status::state, "no row of the request was applied");
  }
  if (evidence &&
      store->rows(Table::request_evidence, "WHERE request=? LIMIT 1", {blob(info.id)}).empty()) {
    throw Error(Status::state, "the request has no evidence yet");
  }
}

void Journal::Impl::advance(const RequestId &id, State to) {
  StoredRequest request = need(id);
  switch (to) {
    case State::applying:
      if (request.info.state == State::received && of_attributes(request.info)) {
        throw Error(Status::state, "the request becomes applying with its first attempt");
      }
      drop_evidence(id);
      break;
    case State::verifying:
      check_ready(request.info, false);
      break;
    case State::publishing:
      check_ready(request.info, true);
      break;
    default:
      throw Error(Status::argument, "advance: to applying, verifying or publishing");
  }
  move(request, to, {});
}

void Journal::advance(std::span<const RequestId> ids, State to) {
  if (ids.empty()) return;
  WriteTransaction transaction(*impl_);
  for (const RequestId &id : ids) {
    pulse();
    impl_->advance(id, to);
  }
  transaction.commit();
}

void Journal::advance(const RequestId &id, State to) {
  advance(std::span(&id, 1), to);
}

void Journal::record_evidence(std::span<const RequestId> requests, const Evidence &evidence) {
  if (requests.empty()) throw Error(Status::argument, "requests: evidence is of at least one");
  check_evidence(evidence);
  const std::string text = evidence_text(evidence);
  WriteTransaction transaction(*impl_);
  Store &store = *impl_->store;
  const std::uint64_t id = store.head().next_evidence++;
  store.put(Table::evidence, {number(id), text});
  for (const RequestId &request : requests) {
    if (impl_->need(request).info.state != State::verifying) {
      throw Error(Status::state, "evidence is recorded for requests that are verifying");
    }
    store.put(Table::request_evidence, {blob(request), number(id)});
  }
  store.append(Event::evidence, transaction.now(), nullptr, std::nullopt,
               {{"evidence", Json::Canonical{text}},
                {"requests", static_cast<std::int64_t>(requests.size())}});
  transaction.commit();
}

std::string Journal::complete(const RequestId &id, const ReceiptFacts &facts) {
  WriteTransaction transaction(*impl_);
  Store &store = *impl_->store;
  StoredRequest request = impl_->need(id);
  if (request.info.state == State::completed) {
    const auto row = store.get(Table::receipt, {blob(id)});
    if (!row) store.damaged("a receipt is missing");
    return text_of((*row)[ReceiptColumn::body]);
  }
  impl_->check_ready(request.info, true);

  Receipt receipt;
  receipt.facts = facts;
  receipt.chain_seq = store.head().seq;
  receipt.chain_hash = store.head().hash;
  for (const Row &row : store.rows(Table::request_subject, "WHERE request=?", {blob(id)})) {
    receipt.subjects.push_back(hex(std::get<Bytes>(row[RequestSubjectColumn::pseudonym])));
  }
  for (const Row &link :
       store.rows(Table::attempt_request, "WHERE request=? ORDER BY attempt", {blob(id)})) {
    const auto attempt = store.get(Table::attempt, {link[AttemptRequestColumn::attempt]});
    if (!attempt) store.damaged("an attempt is missing");
    const Row &row = *attempt;
    receipt.attempts.push_back(
        {text_of(row[AttemptColumn::table]), unsigned_of(row[AttemptColumn::model_version]),
         array_of<16>(row[AttemptColumn::snapshot]), unsigned_of(row[AttemptColumn::started_at]),
         unsigned_of(row[AttemptColumn::acked_at]),
         unsigned_of(link[AttemptRequestColumn::total])});
  }
  for (const Row &link :
       store.rows(Table::request_evidence, "WHERE request=? ORDER BY evidence", {blob(id)})) {
    const auto evidence = store.get(Table::evidence, {link[RequestEvidenceColumn::evidence]});
    if (!evidence) store.damaged("evidence is missing");
    receipt.evidence.push_back(text_of((*evidence)[EvidenceColumn::content]));
  }
  // The entry names the receipt by its hash; the receipt names the entry before.
  if (!may_follow(request.info.state, State::completed)) {
    throw Error(Status::state, "a request that is " + std::string(name_of(request.info.state)) +
                                   " cannot become completed");
  }
  receipt.request = request.info;
  receipt.request.state = State::completed;
  receipt.request.finished_at = std::max<std::uint64_t>(transaction.now(), 1);
  const std::string text =
      sign_receipt(receipt_body(receipt, impl_->receipt_key), impl_->receipt_key);
  store.put(Table::receipt, {blob(id), text});
  impl_->move(request, State::completed, {}, {{"receipt", hex(hash_of(text))}}, Event::completed);
  impl_->close_owed(request, true);
  transaction.commit();
  return text;
}

std::string Journal::receipt(const RequestId &id) const {
  const ReadTransaction transaction(*impl_);
  const auto row = impl_->store->get(Table::receipt, {blob(id)});
  if (!row) throw Error(Status::not_found, "no receipt: the request is not completed");
  return text_of((*row)[ReceiptColumn::body]);
}

}  // namespace recveil::journal
