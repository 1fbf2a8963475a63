// Requests: accepting, moving, listing.
#include <sodium.h>
#include <sys/stat.h>

#include <cstring>

#include "journal/impl.h"

namespace recveil::journal {
namespace {

constexpr std::size_t kMaxReason = 1024;

Row row_of(const StoredRequest &request) {
  const RequestInfo &info = request.info;
  const auto small = [](auto value) { return Value(static_cast<std::int64_t>(value)); };
  return {blob(info.id),
          number(info.number),
          small(info.kind),
          small(info.state),
          small(info.regulation),
          small(info.label_policy),
          number(info.received_at),
          number(info.due_at),
          number(info.updated_at),
          number(info.finished_at),
          small(info.n_subjects),
          small(info.n_retries),
          join(info.attributes),
          info.policy,
          info.reason,
          blob(request.payload)};
}

// What makes a request the same one: everything but its times. Who asks is compared by
// pseudonyms, so that nothing here leads to a person whose key is gone.
Hash payload_of(const JournalKeys &keys, const Submission &submission) {
  const std::string text = canonical_json(Json::Object{
      {"kind", name_of(submission.kind)},
      {"attributes", Json::Array(submission.attributes.begin(), submission.attributes.end())},
      {"regulation", name_of(submission.regulation)},
      {"label_policy", name_of(submission.label_policy)},
      {"policy", submission.policy}});
  Hash out;
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char *>(text.data()),
                     text.size(), keys.rows.bytes.data(), keys.rows.bytes.size());
  return out;
}

template <class T>
void sort_unique(std::vector<T> &values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

Submission checked(const Submission &given) {
  Submission out = given;
  if (name_of(out.kind) == "unknown") throw Error(Status::argument, "kind: unknown");
  if (name_of(out.regulation) == "unknown") throw Error(Status::argument, "regulation: unknown");
  if (out.label_policy != LabelPolicy::unset && name_of(out.label_policy) == "unknown") {
    throw Error(Status::argument, "label policy: unknown");
  }
  if (out.subjects.empty() || out.subjects.size() > 256) {
    throw Error(Status::argument, "subjects: a request has 1 to 256");
  }
  const bool of_attributes = out.kind == Kind::attribute || out.kind == Kind::rectify;
  if (of_attributes == out.attributes.empty()) {
    throw Error(Status::argument, of_attributes
                                      ? "attributes: this kind of request names at least one"
                                      : "attributes: this kind of request is for all of a person");
  }
  if (out.attributes.size() > 32) throw Error(Status::argument, "attributes: at most 32");
  for (const std::string &attribute : out.attributes) {
    check_text(attribute, 1, 64, "attribute");
    if (std::any_of(attribute.begin(), attribute.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
      throw Error(Status::argument, "attribute: has a control character");
    }
  }
  check_text(out.policy, 0, 65536, "policy");
  sort_unique(out.subjects);
  sort_unique(out.attributes);
  return out;
}

}  // namespace

StoredRequest request_of(const Row &row) {
  StoredRequest out;
  RequestInfo &info = out.info;
  using Column = RequestColumn;
  const auto at = [&](std::size_t column) { return unsigned_of(row[column]); };
  info.id = array_of<16>(row[Column::id]);
  info.number = at(Column::number);
  info.kind = static_cast<Kind>(at(Column::kind));
  info.state = static_cast<State>(at(Column::state));
  info.regulation = static_cast<Regulation>(at(Column::regulation));
  info.label_policy = static_cast<LabelPolicy>(at(Column::label_policy));
  info.received_at = at(Column::received_at);
  info.due_at = at(Column::due_at);
  info.updated_at = at(Column::updated_at);
  info.finished_at = at(Column::finished_at);
  info.n_subjects = static_cast<std::uint32_t>(at(Column::n_subjects));
  info.n_retries = static_cast<std::uint32_t>(at(Column::retries));
  info.attributes = split(text_of(row[Column::attributes]));
  info.policy = text_of(row[Column::policy]);
  info.reason = text_of(row[Column::reason]);
  out.payload = array_of<32>(row[Column::payload]);
  return out;
}

std::optional<StoredRequest> Journal::Impl::find(const RequestId &id) const {
  const auto row = store->get(Table::request, {blob(id)});
  if (!row) return std::nullopt;
  return request_of(*row);
}

StoredRequest Journal::Impl::need(const RequestId &id) const {
  auto request = find(id);
  if (!request) throw Error(Status::not_found, "the journal has no request of this id");
  return std::move(*request);
}

void Journal::Impl::save(const StoredRequest &request) {
  store->put(Table::request, row_of(request));
}

bool Journal::Impl::same_subjects(const StoredRequest &request,
                                  const std::vector<Subject> &subjects) const {
  std::uint64_t stored = 0, matched = 0;
  {
    Query query(store->db(), "SELECT count(*) FROM request_subject WHERE request=?",
                {blob(request.info.id)});
    if (query.step()) stored = static_cast<std::uint64_t>(query.integer(0));
  }
  for (const Subject &subject : subjects) {
    const auto person = find_key(*store, keys, Table::person, token_of(keys, subject));
    if (person && store->get(Table::request_subject,
                             {blob(request.info.id), pseudonym(*person, request.info.id)})) {
      ++matched;
    }
  }
  // Those whose keys were destroyed cannot be compared any more.
  return subjects.size() == request.info.n_subjects && matched == stored;
}

SubmitResult Journal::Impl::submit_one(const Submission &given, std::vector<std::uint64_t> &added) {
  Submission submission = checked(given);
  if (submission.label_policy == LabelPolicy::unset) submission.label_policy = options.label_policy;
  const Hash payload = payload_of(keys, submission);
  if (const auto known = find(submission.id)) {
    const bool same = known->payload == payload && same_subjects(*known, submission.subjects);
    return {same ? Accepted::already : Accepted::conflict, known->info.state};
  }
  const std::uint64_t now = clock();
  StoredRequest request;
  RequestInfo &info = request.info;
  info.id = submission.id;
  info.number = store->head().next_number++;
  info.kind = submission.kind;
  info.regulation = submission.regulation;
  info.label_policy = submission.label_policy;
  info.received_at = submission.received_at != 0 ? submission.received_at : now;
  info.due_at = submission.due_at;
  if (info.due_at == 0) {
    const auto regulation = static_cast<std::size_t>(submission.regulation);
    info.due_at = info.received_at + options.deadline_seconds[regulation];
  }
  info.updated_at = now;
  info.n_subjects = static_cast<std::uint32_t>(submission.subjects.size());
  info.attributes = submission.attributes;
  info.policy = submission.policy;
  info.state = State::received;
  request.payload = payload;
  save(request);

  const Texts owed = info.attributes.empty() ? Texts{""} : info.attributes;
  Texts names;
  for (const Subject &subject : submission.subjects) {
    const Token token = token_of(keys, subject);
    const Bytes name = pseudonym(make_key(*store, keys, Table::person, token), info.id);
    store->put(Table::request_subject, {blob(info.id), name});
    names.push_back(hex(name));
    for (const std::string &attribute : owed) {
      store->put(Table::owed, {blob(token), attribute, blob(info.id)});
    }
    std::uint64_t prefix = 0;
    std::memcpy(&prefix, token.data(), 8);
    added.push_back(prefix);
  }
  std::sort(names.begin(), names.end());  // not in the order of the subjects
  store->append(Event::received, now, &info.id, State::received,
                {{"kind", name_of(info.kind)},
                 {"attributes", Json::Array(info.attributes.begin(), info.attributes.end())},
                 {"regulation", name_of(info.regulation)},
                 {"label_policy", name_of(info.label_policy)},
                 {"payload", hex(payload)},
                 {"received_at", std::to_string(info.received_at)},
                 {"due_at", std::to_string(info.due_at)},
                 {"subjects", Json::Array(names.begin(), names.end())}});
  return {Accepted::accepted, State::received};
}

std::vector<SubmitResult> Journal::submit(std::span<const Submission> submissions) {
  std::vector<SubmitResult> out;
  WriteTransaction transaction(*impl_);
  for (const Submission &submission : submissions) {
    out.push_back(impl_->submit_one(submission, transaction.wanted));
  }
  transaction.commit();
  return out;
}

SubmitResult Journal::submit(const Submission &submission) {
  return submit(std::span(&submission, 1)).front();
}

void Journal::Impl::move(StoredRequest &request, State to, std::string_view reason,
                         const Json::Object &content, Event event) {
  RequestInfo &info = request.info;
  if (!may_follow(info.state, to)) {
    throw Error(Status::state, "a request that is " + std::string(name_of(info.state)) +
                                   " cannot become " + std::string(name_of(to)));
  }
  info.state = to;
  info.updated_at = clock();
  info.reason = reason;
  if (is_finished(to)) info.finished_at = std::max<std::uint64_t>(info.updated_at, 1);
  save(request);
  Json::Object all = content;
  if (!reason.empty()) all.emplace("reason", reason);
  store->append(event, info.updated_at, &info.id, to, all);
}

namespace {

struct Move {
  State from;  // `any`: whatever state may precede
  State to;
};
constexpr State any{};
constexpr Move moves[kChanges] = {
    {any, State::held},                // hold
    {State::held, State::received},    // release
    {any, State::cancelled},           // cancel
    {any, State::rejected},            // reject
    {any, State::noop},                // nobody
    {any, State::failed},              // fail
    {State::failed, State::received},  // retry
};

}  // namespace

void Journal::change(const RequestId &id, Change change, std::string_view reason) {
  check_text(reason, 0, kMaxReason, "reason");
  const Move &move = moves[static_cast<std::size_t>(change) - 1];
  WriteTransaction transaction(*impl_);
  StoredRequest request = impl_->need(id);
  if (move.from != any && request.info.state != move.from) {
    throw Error(Status::state, "the request is " + std::string(name_of(request.info.state)) +
                                   ", not " + std::string(name_of(move.from)));
  }
  if (change == Change::retry) ++request.info.n_retries;
  impl_->move(request, move.to, reason);
  // A person of whom the host has no row is to stay unknown to it: the order stands.
  if (is_finished(move.to)) impl_->close_owed(request, change == Change::nobody);
  transaction.commit();
}

std::optional<RequestInfo> Journal::status(const RequestId &id) const {
  const ReadTransaction transaction(*impl_);
  auto request = impl_->find(id);
  if (!request) return std::nullopt;
  return std::move(request->info);
}

ListPage Journal::list(std::optional<State> state, std::uint64_t cursor,
                       std::uint32_t limit) const {
  if (limit < 1 || limit > 1000) throw Error(Status::argument, "limit: 1 to 1000");
  const ReadTransaction transaction(*impl_);
  ListPage page;
  const auto take = [&](const Row &row) { page.requests.push_back(request_of(row).info); };
  const Value after = number(cursor), most = std::int64_t{limit} + 1;
  if (state) {
    impl_->store->scan(Table::request, "WHERE state=? AND number>? ORDER BY number LIMIT ?",
                       {static_cast<std::int64_t>(*state), after, most}, take);
  } else {
    impl_->store->scan(Table::request, "WHERE number>? ORDER BY number LIMIT ?", {after, most},
                       take);
  }
  if (page.requests.size() > limit) {
    page.requests.pop_back();
    page.next = page.requests.back().number;
  }
  return page;
}

Counts Journal::counts() const {
  const ReadTransaction transaction(*impl_);
  Database &db = impl_->store->db();
  Counts out;
  {
    Query query(db, "SELECT state, count(*) FROM request GROUP BY state");
    while (query.step()) {
      const auto state = static_cast<std::size_t>(query.integer(0));
      if (state < 1 || state > kStates) impl_->store->damaged("a state");
      out.in_state[state - 1] = static_cast<std::uint64_t>(query.integer(1));
    }
  }
  const auto one = [&](const char *sql, std::initializer_list<Value> values) {
    Query query(db, sql, values);
    return query.step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
  };
  out.overdue = one("SELECT count(*) FROM request WHERE finished_at=0 AND due_at<?",
                    {number(impl_->clock())});
  out.oldest_open_at = one("SELECT min(received_at) FROM request WHERE finished_at=0", {});
  out.next_due_at = one("SELECT min(due_at) FROM request WHERE finished_at=0", {});
  out.tombstones = impl_->store->head().tables[static_cast<std::size_t>(Table::standing)].rows;
  out.resurrected_rows = impl_->store->head().resurrected;
  for (const char *tail : {"", "-wal"}) {
    struct stat info {};
    if (::stat((impl_->path + tail).c_str(), &info) == 0) {
      out.file_bytes += static_cast<std::uint64_t>(info.st_size);
    }
  }
  return out;
}

std::vector<RequestId> Journal::requests_of(const Subject &subject) const {
  const ReadTransaction transaction(*impl_);
  const Store &store = *impl_->store;
  std::vector<RequestId> out;
  const auto person = find_key(store, impl_->keys, Table::person, token_of(impl_->keys, subject));
  if (!person) return out;
  Query query(store.db(), "SELECT id FROM request ORDER BY number");
  while (query.step()) {
    const auto id = array_of<16>(query.value(0));
    if (store.get(Table::request_subject, {blob(id), pseudonym(*person, id)})) out.push_back(id);
  }
  return out;
}

}  // namespace recveil::journal
