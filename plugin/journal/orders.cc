// Standing orders: who is to stay forgotten, and the labels sealed for it.
#include <map>
#include <set>

#include "core/watch.h"
#include "journal/impl.h"

namespace recveil::journal {

std::vector<OwedAttribute> Journal::Impl::owed_by(const Token &token) const {
  std::map<std::string, OwedAttribute> by_name;
  if (!is_wanted(token)) return {};
  store->scan(Table::standing, "WHERE token=?", {blob(token)}, [&](const Row &row) {
    OwedAttribute &owed = by_name[text_of(row[StandingColumn::attribute])];
    owed.kind = static_cast<Kind>(unsigned_of(row[StandingColumn::kind]));
    owed.label_policy = static_cast<LabelPolicy>(unsigned_of(row[StandingColumn::label_policy]));
    owed.standing = true;
  });
  for (const Row &row : store->rows(Table::owed, "WHERE token=?", {blob(token)})) {
    const auto request = find(array_of<16>(row[OwedColumn::request]));
    if (!request) store->damaged("an order of no request");
    const RequestInfo &info = request->info;
    if (info.state == State::held || info.state == State::failed) continue;
    OwedAttribute &owed = by_name[text_of(row[OwedColumn::attribute])];
    if (!owed.standing) {
      owed.kind = info.kind;
      owed.label_policy = info.label_policy;
    }
    owed.requests.push_back(info.id);
  }
  std::vector<OwedAttribute> out;
  for (auto &[name, owed] : by_name) {
    owed.attribute = name;
    out.push_back(std::move(owed));
  }
  return out;
}

std::vector<OwedRow> Journal::owed(std::span<const Subject> subjects) const {
  const ReadTransaction transaction(*impl_);
  std::vector<OwedRow> out;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (i % 1024 == 0) pulse();
    auto owed = impl_->owed_by(token_of(impl_->keys, subjects[i]));
    if (!owed.empty()) out.push_back({i, std::move(owed)});
  }
  return out;
}

std::vector<RequestId> Journal::unmatched(std::span<const Subject> subjects) const {
  const ReadTransaction transaction(*impl_);
  std::set<RequestId> matched;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (i % 1024 == 0) pulse();
    const Token token = token_of(impl_->keys, subjects[i]);
    if (!impl_->is_wanted(token)) continue;
    for (const Row &row : impl_->store->rows(Table::owed, "WHERE token=?", {blob(token)})) {
      matched.insert(array_of<16>(row[OwedColumn::request]));
    }
  }
  std::vector<RequestId> out;
  for (const State state : {State::received, State::applying}) {
    impl_->store->scan(Table::request, "WHERE state=? ORDER BY number",
                       {static_cast<std::int64_t>(state)}, [&](const Row &row) {
                         const auto id = array_of<16>(row[RequestColumn::id]);
                         if (!matched.contains(id)) out.push_back(id);
                       });
  }
  return out;
}

void Journal::Impl::drop_label(const Token &token, const std::string &attribute) {
  if (!store->drop(Table::label, {blob(token), attribute})) return;
  if (store->rows(Table::label, "WHERE token=? LIMIT 1", {blob(token)}).empty()) {
    store->drop(Table::label_key, {blob(token)});
  }
}

void Journal::Impl::close_owed(const StoredRequest &request, bool leave_tombstones) {
  const RequestInfo &info = request.info;
  for (const Row &row : store->rows(Table::owed, "WHERE request=?", {blob(info.id)})) {
    const Value &token = row[OwedColumn::token], &attribute = row[OwedColumn::attribute];
    store->drop(Table::owed, row);
    const auto standing = store->get(Table::standing, {token, attribute});
    bool label_needed = standing.has_value();
    if (leave_tombstones && info.kind != Kind::rectify) {
      // A person who was erased stays erased when they object as well.
      auto kind = static_cast<std::uint64_t>(info.kind);
      if (standing) kind = std::min(unsigned_of((*standing)[StandingColumn::kind]), kind);
      store->put(Table::standing,
                 {token, attribute, number(kind), static_cast<std::int64_t>(info.label_policy)});
      label_needed = info.label_policy == LabelPolicy::sealed;
    }
    if (!label_needed &&
        store->rows(Table::owed, "WHERE token=? AND attribute=? LIMIT 1", {token, attribute})
            .empty()) {
      drop_label(array_of<16>(token), text_of(attribute));
    }
  }
}

std::uint64_t Journal::withdraw(std::span<const Subject> subjects,
                                std::span<const std::string> attributes) {
  const std::uint64_t removed = impl_->remove_orders(subjects, attributes);
  const ReadTransaction transaction(*impl_);
  impl_->clean_log();
  return removed;
}

std::uint64_t Journal::Impl::remove_orders(std::span<const Subject> subjects,
                                           std::span<const std::string> attributes) {
  std::uint64_t removed = 0;
  WriteTransaction transaction(*this);
  std::map<std::string, std::int64_t> names;
  for (const Subject &subject : subjects) {
    const Token token = token_of(keys, subject);
    for (const Row &row : store->rows(Table::standing, "WHERE token=?", {blob(token)})) {
      const std::string &attribute = text_of(row[StandingColumn::attribute]);
      const bool named = attributes.empty() || std::find(attributes.begin(), attributes.end(),
                                                         attribute) != attributes.end();
      if (!named) continue;
      if (!store
               ->rows(Table::owed, "WHERE token=? AND attribute=? LIMIT 1",
                      {blob(token), attribute})
               .empty()) {
        throw Error(Status::state,
                    "an open request asks for this; cancel it, or let it complete first");
      }
      store->drop(Table::standing, row);
      drop_label(token, attribute);
      ++names[attribute];
      ++removed;
    }
  }
  if (removed == 0) return 0;
  Json::Array all;
  for (const auto &[name, n] : names) {
    all.push_back(Json::Object{{"attribute", name}, {"count", n}});
  }
  store->append(Event::withdrawn, transaction.now(), nullptr, std::nullopt,
                {{"orders", std::move(all)}});
  transaction.commit();
  return removed;
}

std::optional<std::string> Journal::open_label(const Subject &subject,
                                               std::string_view attribute) const {
  const ReadTransaction transaction(*impl_);
  const Store &store = *impl_->store;
  const Token token = token_of(impl_->keys, subject);
  const auto row = store.get(Table::label, {blob(token), std::string(attribute)});
  if (!row) return std::nullopt;
  const auto key = find_key(store, impl_->keys, Table::label_key, token);
  auto label = key ? journal::open_label(*key, token, attribute,
                                         std::get<Bytes>((*row)[LabelColumn::sealed]))
                   : std::nullopt;
  if (!label) store.damaged("a sealed label");
  return label;
}

bool Journal::shred(const Subject &subject) {
  const bool destroyed = impl_->destroy_key(token_of(impl_->keys, subject));
  const ReadTransaction transaction(*impl_);
  impl_->clean_log();
  return destroyed;
}

bool Journal::Impl::destroy_key(const Token &token) {
  WriteTransaction transaction(*this);
  if (!store->rows(Table::owed, "WHERE token=? LIMIT 1", {blob(token)}).empty()) {
    throw Error(Status::state, "an open request is of this person");
  }
  const auto person = find_key(*store, keys, Table::person, token);
  if (!person) return false;
  std::vector<RequestId> requests;
  {
    Query query(store->db(), "SELECT id FROM request");
    while (query.step()) requests.push_back(array_of<16>(query.value(0)));
  }
  for (const RequestId &id : requests) {
    store->drop(Table::request_subject, {blob(id), pseudonym(*person, id)});
  }
  store->drop(Table::person, {blob(token)});
  store->append(Event::shredded, transaction.now(), nullptr, std::nullopt, {});
  transaction.commit();
  return true;
}

}  // namespace recveil::journal
