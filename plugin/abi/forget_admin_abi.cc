// Deletion requests, for operators: how they stand, moving them by hand, keeping the journal.
#include "recveil/forget_admin.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "abi/callbacks.h"
#include "abi/forget.h"
#include "core/error.h"
#include "journal/receipt.h"

namespace {

using namespace recveil;

// The constants of the C header are those used inside.
static_assert(RECVEIL_FORGET_RECEIVED == static_cast<int>(journal::State::received));
static_assert(RECVEIL_FORGET_HELD == static_cast<int>(journal::State::held));
static_assert(RECVEIL_FORGET_APPLYING == static_cast<int>(journal::State::applying));
static_assert(RECVEIL_FORGET_VERIFYING == static_cast<int>(journal::State::verifying));
static_assert(RECVEIL_FORGET_PUBLISHING == static_cast<int>(journal::State::publishing));
static_assert(RECVEIL_FORGET_COMPLETED == static_cast<int>(journal::State::completed));
static_assert(RECVEIL_FORGET_REJECTED == static_cast<int>(journal::State::rejected));
static_assert(RECVEIL_FORGET_CANCELLED == static_cast<int>(journal::State::cancelled));
static_assert(RECVEIL_FORGET_NOOP == static_cast<int>(journal::State::noop));
static_assert(RECVEIL_FORGET_FAILED == static_cast<int>(journal::State::failed));
static_assert(RECVEIL_FORGET_HOLD == static_cast<int>(journal::Change::hold));
static_assert(RECVEIL_FORGET_RETRY == static_cast<int>(journal::Change::retry));
static_assert(sizeof(recveil_forget_report::n_in_state) / 8 == journal::kStates);
static_assert(sizeof(recveil_forget_info::attributes) >= 32 * (64 + 1));
static_assert(sizeof(recveil_forget_info::reason) > 1024);

journal::RequestInfo need(recveil_forget &f, recveil_forget_id id) {
  return f.hook->with_journal([&](const journal::Journal &journal) {
    auto info = journal.status(abi::id_of(id));
    if (!info) throw Error(Status::not_found, "the journal has no request of this id");
    return std::move(*info);
  });
}

unsigned owes_of(journal::Kind kind) {
  switch (kind) {
    case journal::Kind::erase:
      return RECVEIL_OWES_ERASE;
    case journal::Kind::attribute:
      return RECVEIL_OWES_ATTRIBUTE;
    case journal::Kind::rectify:
      return RECVEIL_OWES_RECTIFY;
    case journal::Kind::object:
      return RECVEIL_OWES_OBJECT;
  }
  return 0;
}

}  // namespace

extern "C" {

recveil_status recveil_forget_change(recveil_forget *forget, recveil_forget_id id,
                                     recveil_forget_change_kind change,
                                     const char *reason) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(change >= RECVEIL_FORGET_HOLD && change <= RECVEIL_FORGET_RETRY,
                 "change: is not a RECVEIL_FORGET_* change");
    f.hook->change(abi::id_of(id), static_cast<journal::Change>(change),
                   reason != nullptr ? reason : "");
  });
}

recveil_status recveil_forget_withdraw(recveil_forget *forget, const recveil_subject *subjects,
                                       size_t n_subjects, const recveil_user *users, size_t n_users,
                                       const char *const *attributes, size_t n_attributes,
                                       uint64_t *n_withdrawn) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(n_subjects > 0, "n_subjects: is 0");
    abi::check_array(subjects, n_subjects, "subjects");
    abi::check_array(users, n_users, "users");
    const auto names = abi::names_of(attributes, n_attributes, "attributes");
    if (n_withdrawn != nullptr) abi::check_out(n_withdrawn, "n_withdrawn");
    const std::uint64_t removed =
        f.hook->withdraw(abi::subjects_of(subjects, n_subjects), {users, n_users}, names);
    if (n_withdrawn != nullptr) *n_withdrawn = removed;
  });
}

recveil_status recveil_forget_status(recveil_forget *forget, recveil_forget_id id,
                                     recveil_forget_info *out) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_struct(out, sizeof(recveil_forget_info), alignof(recveil_forget_info),
                      "forget_info");
    const journal::RequestInfo info = need(f, id);
    recveil_forget_info given = RECVEIL_FORGET_INFO_INIT;
    given.id = id;
    given.kind = static_cast<recveil_forget_kind>(info.kind);
    given.state = static_cast<recveil_forget_state>(info.state);
    given.regulation = static_cast<recveil_regulation>(info.regulation);
    given.label_policy = static_cast<recveil_label_policy>(info.label_policy);
    given.number = info.number;
    given.received_at = info.received_at;
    given.due_at = info.due_at;
    given.updated_at = info.updated_at;
    given.finished_at = info.finished_at;
    given.n_subjects = info.n_subjects;
    given.n_retries = info.n_retries;
    given.n_attributes = static_cast<std::uint32_t>(info.attributes.size());
    char *end = given.attributes;
    for (const std::string &name : info.attributes) end += name.copy(end, name.size()) + 1;
    info.reason.copy(given.reason, info.reason.size());
    abi::give(out, given);
  });
}

recveil_status recveil_forget_list(recveil_forget *forget, recveil_forget_state state,
                                   uint64_t *cursor, recveil_forget_id *ids, size_t capacity,
                                   size_t *n_ids) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(state <= journal::kStates, "state: is not a RECVEIL_FORGET_* state");
    abi::check_out(cursor, "cursor");
    abi::check_out(n_ids, "n_ids");
    abi::require(capacity >= 1 && capacity <= 1000, "capacity: must be from 1 to 1000");
    abi::check_array(ids, capacity, "ids");
    std::optional<journal::State> wanted;
    if (state != 0) wanted = static_cast<journal::State>(state);
    const journal::ListPage page = f.hook->with_journal([&](const journal::Journal &journal) {
      return journal.list(wanted, *cursor, static_cast<std::uint32_t>(capacity));
    });
    for (std::size_t i = 0; i < page.requests.size(); ++i) {
      std::memcpy(ids[i].bytes, page.requests[i].id.data(), sizeof ids[i].bytes);
    }
    *n_ids = page.requests.size();
    *cursor = page.next;
  });
}

recveil_status recveil_forget_owes(recveil_forget *forget, const recveil_subject *subjects,
                                   size_t n, uint8_t *owes) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(subjects, n, "subjects");
    abi::check_array(owes, n, "owes");
    const auto rows = f.hook->with_journal([&](const journal::Journal &journal) {
      return journal.owed(abi::subjects_of(subjects, n));
    });
    std::fill_n(owes, n, std::uint8_t{0});
    for (const journal::OwedRow &row : rows) {
      for (const journal::OwedAttribute &owed : row.owed) {
        owes[row.index] = static_cast<std::uint8_t>(owes[row.index] | owes_of(owed.kind));
      }
    }
  });
}

recveil_status recveil_forget_unmatched(recveil_forget *forget, const recveil_subject *subjects,
                                        size_t n, recveil_forget_id *ids, size_t capacity,
                                        size_t *n_ids) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(subjects, n, "subjects");
    abi::check_array(ids, capacity, "ids");
    abi::check_out(n_ids, "n_ids");
    const auto unmatched = f.hook->with_journal([&](const journal::Journal &journal) {
      return journal.unmatched(abi::subjects_of(subjects, n));
    });
    for (std::size_t i = 0; i < std::min(capacity, unmatched.size()); ++i) {
      std::memcpy(ids[i].bytes, unmatched[i].data(), sizeof ids[i].bytes);
    }
    *n_ids = unmatched.size();
  });
}

recveil_status recveil_forget_public_key(recveil_forget *forget, uint8_t key[32],
                                         uint32_t *version) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(key, 32, "key");
    if (version != nullptr) abi::check_out(version, "version");
    f.hook->with_journal([&](const journal::Journal &journal) {
      const journal::ReceiptKey &receipt = journal.receipt_key();
      std::copy(receipt.public_key.begin(), receipt.public_key.end(), key);
      if (version != nullptr) *version = receipt.version;
    });
  });
}

recveil_status recveil_receipt_verify(const char *receipt, size_t n,
                                      const uint8_t key[32]) noexcept {
  return abi::guard([&] {
    abi::require(n > 0, "receipt: is empty");
    abi::check_array(receipt, n, "receipt");
    abi::check_array(key, 32, "key");
    journal::PublicKey given;
    std::copy_n(key, given.size(), given.begin());
    if (!journal::verify_receipt({receipt, n}, given)) {
      throw Error(Status::data, "receipt: is not what was issued under this key");
    }
  });
}

recveil_status recveil_forget_verify(recveil_forget *forget, uint64_t anchor_seq,
                                     const uint8_t *anchor_hash, recveil_forget_report *out,
                                     const recveil_progress *progress) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_struct(out, sizeof(recveil_forget_report), alignof(recveil_forget_report),
                      "forget_report");
    std::optional<journal::ChainHead> anchor;
    if (anchor_seq != 0) {
      abi::check_array(anchor_hash, 32, "anchor_hash");
      anchor.emplace().seq = anchor_seq;
      std::copy_n(anchor_hash, 32, anchor->hash.begin());
    }
    const abi::LongCall call(progress);
    recveil_forget_report given = RECVEIL_FORGET_REPORT_INIT;
    const auto report = f.hook->with_journal([&](const journal::Journal &journal) {
      auto verified = journal.verify(anchor);
      const journal::Counts counts = journal.counts();
      const journal::ChainHead head = journal.head();
      std::copy(counts.in_state.begin(), counts.in_state.end(), given.n_in_state);
      given.n_overdue = counts.overdue;
      given.oldest_open_at = counts.oldest_open_at;
      given.next_due_at = counts.next_due_at;
      given.n_standing = counts.tombstones;
      given.n_resurrected = counts.resurrected_rows;
      given.file_bytes = counts.file_bytes;
      given.head_seq = head.seq;
      std::copy(head.hash.begin(), head.hash.end(), given.head_hash);
      return verified;
    });
    given.n_entries = report.entries;
    given.n_purged = report.purged;
    abi::give(out, given);
    if (report.ok) return;
    throw Error(Status::data, report.bad_seq == 0
                                  ? report.what
                                  : "entry " + std::to_string(report.bad_seq) + ": " + report.what);
  });
}

recveil_status recveil_forget_purge(recveil_forget *forget, uint64_t *n_requests) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    if (n_requests != nullptr) abi::check_out(n_requests, "n_requests");
    const std::uint64_t purged = f.hook->purge();
    if (n_requests != nullptr) *n_requests = purged;
  });
}

recveil_status recveil_forget_shred(recveil_forget *forget, const recveil_subject *subject,
                                    uint32_t *shredded) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(subject, 1, "subject");
    if (shredded != nullptr) abi::check_out(shredded, "shredded");
    const bool had = f.hook->with_journal([&](journal::Journal &journal) {
      return journal.shred(abi::subjects_of(subject, 1).front());
    });
    if (shredded != nullptr) *shredded = had ? 1 : 0;
  });
}

}  // extern "C"
