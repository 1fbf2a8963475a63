// Standing orders: who is to stay forgotten, and the labels sealed for it.
#include <map>

#include "journal/impl.h"

namespace recveil::journal {

std::vector<OwedAttribute> Journal::Impl::owed_by(const Token &token) const {
  std::map<std::string, OwedAttribute> by_name;
  if (!is_wanted(token)) return {};
  store->scan(Table::standing, "WHERE token=?", {blob(token)}, [&](const Row &row) {
    OwedAttribute &owed = by_name[text_of(row[1])];
    owed.kind = static_cast<Kind>(unsigned_of(row[2]));
    owed.label_policy = static_cast<LabelPolicy>(unsigned_of(row[3]));
    owed.standing = true;
  });
  for (const Row &row : store->rows(Table::owed, "WHERE token=?", {blob(token)})) {
    const auto request = find(array_of<16>(row[2]));
    if (!request) store->damaged("an order of no request");
    const RequestInfo &info = request->info;
    if (info.state == State::held || info.state == State::failed) continue;
    OwedAttribute &owed = by_name[text_of(row[1])];
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
  const Reading reading(*impl_);
  std::vector<OwedRow> out;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    auto owed = impl_->owed_by(token_of(impl_->keys, subjects[i]));
    if (!owed.empty()) out.push_back({i, std::move(owed)});
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
    const auto token = array_of<16>(row[0]);
    const std::string attribute = text_of(row[1]);
    store->drop(Table::owed, {row[0], row[1], row[2]});
    const auto standing = store->get(Table::standing, {row[0], row[1]});
    bool label_needed = standing.has_value();
    if (leave_tombstones && info.kind != Kind::rectify) {
      // Whoever is erased stays so when they object as well.
      const auto kind =
          standing ? std::min(unsigned_of((*standing)[2]), static_cast<std::uint64_t>(info.kind))
                   : static_cast<std::uint64_t>(info.kind);
      store->put(Table::standing,
                 {row[0], row[1], number(kind), static_cast<std::int64_t>(info.label_policy)});
      label_needed = info.label_policy == LabelPolicy::sealed;
    }
    if (!label_needed &&
        store->rows(Table::owed, "WHERE token=? AND attribute=? LIMIT 1", {row[0], row[1]})
            .empty()) {
      drop_label(token, attribute);
    }
  }
}

std::uint64_t Journal::withdraw(std::span<const Subject> subjects,
                                std::span<const std::string> attributes) {
  const std::uint64_t removed = impl_->remove_orders(subjects, attributes);
  const Reading reading(*impl_);
  impl_->clean_log();
  return removed;
}

std::uint64_t Journal::Impl::remove_orders(std::span<const Subject> subjects,
                                           std::span<const std::string> attributes) {
  std::uint64_t removed = 0;
  Writing writing(*this);
  std::map<std::string, std::int64_t> names;
  for (const Subject &subject : subjects) {
    const Token token = token_of(keys, subject);
    for (const Row &row : store->rows(Table::standing, "WHERE token=?", {blob(token)})) {
      const std::string &attribute = text_of(row[1]);
      const bool named = attributes.empty() || std::find(attributes.begin(), attributes.end(),
                                                         attribute) != attributes.end();
      if (!named) continue;
      if (!store->rows(Table::owed, "WHERE token=? AND attribute=? LIMIT 1", {row[0], row[1]})
               .empty()) {
        throw Error(Status::state,
                    "an open request asks for this; cancel it, or let it complete first");
      }
      store->drop(Table::standing, {row[0], row[1]});
      drop_label(token, attribute);
      ++names[attribute];
      ++removed;
    }
  }
  if (removed == 0) return 0;
  Json::Array all;
  for (const auto &[name, n] : names)
    all.push_back(Json::Object{{"attribute", name}, {"count", n}});
  store->append(Event::withdrawn, writing.now(), nullptr, std::nullopt,
                {{"orders", std::move(all)}});
  writing.commit();
  return removed;
}

void Journal::seal_label(const Subject &subject, std::string_view attribute,
                         std::string_view label) {
  if (label.size() > kMaxLabel) throw Error(Status::argument, "label: at most 60 bytes");
  Writing writing(*impl_);
  Store &store = *impl_->store;
  const Token token = token_of(impl_->keys, subject);
  const auto owed = impl_->owed_by(token);
  const auto wanted = std::find_if(owed.begin(), owed.end(),
                                   [&](const auto &item) { return item.attribute == attribute; });
  if (wanted == owed.end() || wanted->label_policy != LabelPolicy::sealed) {
    throw Error(Status::state, "nothing asks for a sealed label of this person and attribute");
  }
  const Key key = make_key(store, impl_->keys, Table::label_key, token);
  store.put(Table::label, {blob(token), std::string(attribute),
                           journal::seal_label(key, token, attribute, label)});
  store.append(Event::label, writing.now(), nullptr, std::nullopt, {{"attribute", attribute}});
  writing.commit();
}

std::optional<std::string> Journal::open_label(const Subject &subject,
                                               std::string_view attribute) const {
  const Reading reading(*impl_);
  const Store &store = *impl_->store;
  const Token token = token_of(impl_->keys, subject);
  const auto row = store.get(Table::label, {blob(token), std::string(attribute)});
  if (!row) return std::nullopt;
  const auto key = find_key(store, impl_->keys, Table::label_key, token);
  auto label =
      key ? journal::open_label(*key, token, attribute, std::get<Bytes>((*row)[2])) : std::nullopt;
  if (!label) store.damaged("a sealed label");
  return label;
}

bool Journal::shred(const Subject &subject) {
  const bool destroyed = impl_->destroy_key(token_of(impl_->keys, subject));
  const Reading reading(*impl_);
  impl_->clean_log();
  return destroyed;
}

bool Journal::Impl::destroy_key(const Token &token) {
  Writing writing(*this);
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
  store->append(Event::shredded, writing.now(), nullptr, std::nullopt, {});
  writing.commit();
  return true;
}

}  // namespace recveil::journal
