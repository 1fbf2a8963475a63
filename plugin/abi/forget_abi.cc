// Deletion requests: accepting, moving, reading, finishing.
#include "abi/forget.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "core/error.h"
#include "hooks/forget/describe.h"
#include "journal/keys.h"
#include "journal/receipt.h"
#include "text/utf8.h"

namespace {

using namespace recveil;

// The constants of the C header are those used inside.
static_assert(RECVEIL_FORGET_ERASE == static_cast<int>(journal::Kind::erase));
static_assert(RECVEIL_FORGET_ATTRIBUTE == static_cast<int>(journal::Kind::attribute));
static_assert(RECVEIL_FORGET_RECTIFY == static_cast<int>(journal::Kind::rectify));
static_assert(RECVEIL_FORGET_OBJECT == static_cast<int>(journal::Kind::object));
static_assert(RECVEIL_REGULATION_NONE == static_cast<int>(journal::Regulation::none));
static_assert(RECVEIL_REGULATION_GDPR == static_cast<int>(journal::Regulation::gdpr));
static_assert(RECVEIL_REGULATION_CCPA == static_cast<int>(journal::Regulation::ccpa));
static_assert(RECVEIL_REGULATION_OTHER == static_cast<int>(journal::Regulation::other));
static_assert(RECVEIL_LABELS_LEACE == 1 + static_cast<int>(journal::LabelPolicy::leace));
static_assert(RECVEIL_LABELS_SEALED == 1 + static_cast<int>(journal::LabelPolicy::sealed));
static_assert(RECVEIL_LABELS_HOST == 1 + static_cast<int>(journal::LabelPolicy::host));
static_assert(RECVEIL_FORGET_ACCEPTED == 1 + static_cast<int>(journal::Accepted::accepted));
static_assert(RECVEIL_FORGET_ALREADY == 1 + static_cast<int>(journal::Accepted::already));
static_assert(RECVEIL_FORGET_CONFLICT == 1 + static_cast<int>(journal::Accepted::conflict));
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
static_assert(RECVEIL_FORGET_HOLD == static_cast<int>(hooks::ForgetChange::hold));
static_assert(RECVEIL_FORGET_RETRY == static_cast<int>(hooks::ForgetChange::retry));
static_assert(sizeof(recveil_forget_report::in_state) / 8 == journal::kStates);

constexpr std::uint32_t kOpenFlags =
    RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_CREATE | RECVEIL_FORGET_NO_VERIFY;
constexpr std::size_t kMaxBatch = 100000;

journal::Options options_of(const recveil_forget_options *given) {
  recveil_forget_options in = RECVEIL_FORGET_OPTIONS_INIT;
  if (given != nullptr) in = abi::adopt(given, in, sizeof in, "forget_options");
  if ((in.flags & ~kOpenFlags) != 0) {
    throw Error(Status::unsupported, "forget_options.flags: one is not known");
  }
  journal::Options out;
  out.read_only = (in.flags & RECVEIL_FORGET_READ_ONLY) != 0;
  out.create = (in.flags & (RECVEIL_FORGET_NO_CREATE | RECVEIL_FORGET_READ_ONLY)) == 0;
  out.verify_on_open = (in.flags & RECVEIL_FORGET_NO_VERIFY) == 0;
  return out;
}

hooks::ForgetRequest request_of(const recveil_forget_request *given) {
  const recveil_forget_request defaults = RECVEIL_FORGET_REQUEST_INIT;
  const recveil_forget_request in = abi::adopt(given, defaults, sizeof defaults, "forget_request");
  if (in.flags != 0) throw Error(Status::unsupported, "forget_request.flags: must be 0");
  abi::require(in.kind >= RECVEIL_FORGET_ERASE && in.kind <= RECVEIL_FORGET_OBJECT,
               "forget_request.kind: is none of the values of the header");
  abi::require(in.regulation <= RECVEIL_REGULATION_OTHER,
               "forget_request.regulation: is none of the values of the header");
  abi::require(in.label_policy <= RECVEIL_LABELS_HOST,
               "forget_request.label_policy: is none of the values of the header");
  abi::require(in.source <= RECVEIL_FORGET_FROM_BATCH,
               "forget_request.source: is none of the values of the header");
  abi::require(in.n_subjects >= 1 && in.n_subjects <= 256,
               "forget_request.n_subjects: must be from 1 to 256");
  abi::require(in.n_users <= 256, "forget_request.n_users: must be at most 256");
  abi::check_array(in.subjects, in.n_subjects, "forget_request.subjects");
  abi::check_array(in.users, in.n_users, "forget_request.users");
  hooks::ForgetRequest out;
  journal::Submission &s = out.submission;
  s.id = abi::id_of(in.id);
  abi::require(s.id != journal::RequestId{}, "forget_request.id: is 0");
  s.kind = static_cast<journal::Kind>(in.kind);
  const auto subjects = abi::subjects_of(in.subjects, in.n_subjects);
  s.subjects.assign(subjects.begin(), subjects.end());
  s.attributes = abi::names_of(in.attributes, in.n_attributes, "forget_request.attributes");
  s.regulation = static_cast<journal::Regulation>(in.regulation);
  s.received_at = in.received_at;
  s.due_at = in.due_at;
  out.policy_labels = in.label_policy == 0;
  if (in.label_policy != 0) {
    s.label_policy = static_cast<journal::LabelPolicy>(in.label_policy - 1);
  }
  if (in.policy != nullptr) s.policy = in.policy;
  if (in.n_users > 0) out.users.assign(in.users, in.users + in.n_users);
  out.source = in.source;
  return out;
}

std::vector<std::string> stale_names(recveil_stale rebuilt) {
  std::vector<std::string> out;
  for (recveil_stale bit = 1; const char *name = recveil_stale_name(bit); bit <<= 1) {
    if ((rebuilt & bit) == 0) out.emplace_back(name);
  }
  return out;
}

journal::ReceiptFacts facts_of(const recveil_forget_facts *given) {
  recveil_forget_facts in = RECVEIL_FORGET_FACTS_INIT;
  if (given != nullptr) in = abi::adopt(given, in, sizeof in, "forget_facts");
  abi::require((in.rebuilt & ~std::uint32_t{RECVEIL_STALE_ALL}) == 0,
               "forget_facts.rebuilt: a bit that is none of RECVEIL_STALE_*");
  const char *method = in.method == 0 ? "none" : recveil_erase_method_name(in.method);
  abi::require(method != nullptr, "forget_facts.method: must be 0 or a RECVEIL_ERASE_* method");
  abi::require(in.n_not_touched <= 64, "forget_facts.n_not_touched: must be at most 64");
  journal::ReceiptFacts out;
  out.algorithm = method;
  out.stale = stale_names(in.rebuilt);
  out.not_touched = abi::names_of(in.not_touched, in.n_not_touched, "forget_facts.not_touched");
  out.library_version = recveil_version();
  return out;
}

journal::RequestInfo need(recveil_forget &f, recveil_forget_id id) {
  return f.hook->with_journal([&](const journal::Journal &journal) {
    auto info = journal.status(abi::id_of(id));
    if (!info) throw Error(Status::not_found, "the journal has no request of this id");
    return std::move(*info);
  });
}

}  // namespace

std::vector<std::string> abi::names_of(const char *const *names, std::size_t n, const char *what) {
  check_array(names, n, what);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == nullptr) throw Error(Status::argument, std::string(what) + ": one is NULL");
    out.emplace_back(names[i]);
  }
  return out;
}

void abi::refresh_forget(const recveil_engine &engine) noexcept {
  const std::lock_guard lock(engine.forget_lock);
  if (engine.forget == nullptr) return;
  try {
    engine.forget->hook->refresh_counts();
  } catch (...) {  // in a forked child, or a failing disk: the last counts stay
  }
}

extern "C" {

recveil_status recveil_subject_from_bytes(recveil_engine *engine, const void *bytes, size_t n,
                                          recveil_subject *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_array(static_cast<const char *>(bytes), n, "bytes");
    abi::require(n > 0, "bytes: is empty");
    abi::check_out(out, "out");
    std::string_view id(static_cast<const char *>(bytes), n);
    std::string composed;
    if (!text::is_ascii(id) && text::first_not_utf8(id) == id.npos) {
      composed = text::composed(id);
      id = composed;
    }
    const auto subject =
        journal::subject_of(journal::subject_key(e.master),
                            {reinterpret_cast<const unsigned char *>(id.data()), id.size()});
    std::memcpy(out->bytes, subject.data(), subject.size());
  });
}

recveil_status recveil_forget_open(recveil_engine *engine, const recveil_forget_options *options,
                                   recveil_forget **out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    abi::check_out(out, "out");
    const journal::Options given = options_of(options);
    config::ForgetPolicy policy;
    {
      const std::lock_guard lock(e.reload_lock);
      policy = e.config.forget;
    }
    auto forget = std::make_unique<recveil_forget>();
    forget->hook =
        std::make_unique<hooks::ForgetHook>(policy, e.master, *e.serve, *e.host, e.unlearn, given);
    forget->engine = engine;
    ++e.handles;
    const std::lock_guard lock(e.forget_lock);
    if (e.forget == nullptr || !given.read_only) e.forget = forget.get();
    *out = forget.release();
  });
}

void recveil_forget_close(recveil_forget *forget) noexcept {
  if (forget == nullptr) return;
  recveil_engine *engine = forget->engine;
  {
    const std::lock_guard lock(engine->forget_lock);
    if (engine->forget == forget) engine->forget = nullptr;
  }
  delete forget;
  abi::release_engine(engine);
}

recveil_status recveil_forget_submit(recveil_forget *forget,
                                     const recveil_forget_request *const *requests, size_t n,
                                     recveil_forget_accepted *results) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(n > 0 && n <= kMaxBatch, "n: must be from 1 to 100000");
    abi::check_array(requests, n, "requests");
    std::vector<hooks::ForgetRequest> all;
    all.reserve(n);
    for (std::size_t i = 0; i < n; ++i) all.push_back(request_of(requests[i]));
    const auto done = f.hook->submit(std::move(all));
    if (results == nullptr) return;
    for (std::size_t i = 0; i < n; ++i) {
      results[i] = static_cast<recveil_forget_accepted>(1 + static_cast<int>(done[i].result));
    }
  });
}

recveil_status recveil_forget_change(recveil_forget *forget, recveil_forget_id id,
                                     recveil_forget_change_kind change,
                                     const char *reason) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(change >= RECVEIL_FORGET_HOLD && change <= RECVEIL_FORGET_RETRY,
                 "change: is none of the values of the header");
    f.hook->change(abi::id_of(id), static_cast<hooks::ForgetChange>(change),
                   reason != nullptr ? reason : "");
  });
}

recveil_status recveil_forget_withdraw(recveil_forget *forget, const recveil_subject *subjects,
                                       size_t n_subjects, const recveil_user *users, size_t n_users,
                                       const char *const *attributes, size_t n_attributes,
                                       uint64_t *withdrawn) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(n_subjects > 0, "n_subjects: is 0");
    abi::check_array(subjects, n_subjects, "subjects");
    abi::check_array(users, n_users, "users");
    const auto names = abi::names_of(attributes, n_attributes, "attributes");
    if (withdrawn != nullptr) abi::check_out(withdrawn, "withdrawn");
    const std::uint64_t removed =
        f.hook->withdraw(abi::subjects_of(subjects, n_subjects), {users, n_users}, names);
    if (withdrawn != nullptr) *withdrawn = removed;
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
    given.label_policy = static_cast<recveil_label_policy>(1 + static_cast<int>(info.label_policy));
    given.subjects = info.subjects;
    given.retries = info.retries;
    given.n_attributes = static_cast<std::uint32_t>(info.attributes.size());
    given.number = info.number;
    given.received_at = info.received_at;
    given.due_at = info.due_at;
    given.updated_at = info.updated_at;
    given.finished_at = info.finished_at;
    abi::give(out, given);
  });
}

recveil_status recveil_forget_describe(recveil_forget *forget, recveil_forget_id id,
                                       recveil_write_fn write, void *ctx) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, hooks::describe(need(f, id)));
  });
}

recveil_status recveil_forget_list(recveil_forget *forget, recveil_forget_state state,
                                   uint64_t *cursor, recveil_forget_id *ids, size_t capacity,
                                   size_t *count) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(state <= journal::kStates, "state: is none of the values of the header");
    abi::check_out(cursor, "cursor");
    abi::check_out(count, "count");
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
    *count = page.requests.size();
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
        // The bits are in the order of the kinds.
        owes[row.index] =
            static_cast<std::uint8_t>(owes[row.index] | 1U << (static_cast<int>(owed.kind) - 1));
      }
    }
  });
}

recveil_status recveil_forget_evidence(recveil_forget *forget, const recveil_forget_id *ids,
                                       size_t n_ids, const char *report, size_t n,
                                       uint64_t model_version, uint32_t flags,
                                       size_t *advanced) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(ids, n_ids, "ids");
    abi::require(ids == nullptr || n_ids > 0, "n_ids: is 0; ids NULL is for all of them");
    abi::check_array(report, n, "report");
    abi::require(n <= std::size_t{4} << 20, "report: longer than 4 MiB");
    if ((flags & ~std::uint32_t{RECVEIL_EVIDENCE_ADMIT_LEAK}) != 0) {
      throw Error(Status::unsupported, "flags: one is not known");
    }
    if (advanced != nullptr) abi::check_out(advanced, "advanced");
    std::vector<journal::RequestId> given;
    for (std::size_t i = 0; i < n_ids; ++i) given.push_back(abi::id_of(ids[i]));
    const std::size_t moved =
        f.hook->evidence(given, n > 0 ? std::string_view(report, n) : std::string_view(),
                         model_version, (flags & RECVEIL_EVIDENCE_ADMIT_LEAK) != 0);
    if (advanced != nullptr) *advanced = moved;
  });
}

recveil_status recveil_forget_complete(recveil_forget *forget, recveil_forget_id id,
                                       const recveil_forget_facts *facts, recveil_write_fn write,
                                       void *ctx) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    const std::string receipt = f.hook->complete(abi::id_of(id), facts_of(facts));
    if (write != nullptr) abi::write_to_host(write, ctx, receipt);
  });
}

recveil_status recveil_forget_receipt(recveil_forget *forget, recveil_forget_id id,
                                      recveil_write_fn write, void *ctx) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::require(write != nullptr, "write: is NULL");
    abi::write_to_host(write, ctx, f.hook->with_journal([&](const journal::Journal &journal) {
      return journal.receipt(abi::id_of(id));
    }));
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
                                     const uint8_t *anchor_hash,
                                     recveil_forget_report *out) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_struct(out, sizeof(recveil_forget_report), alignof(recveil_forget_report),
                      "forget_report");
    std::optional<journal::ChainHead> anchor;
    if (anchor_seq != 0) {
      abi::check_array(anchor_hash, 32, "anchor_hash");
      anchor.emplace().seq = anchor_seq;
      std::copy_n(anchor_hash, 32, anchor->hash.begin());
    }
    recveil_forget_report given = RECVEIL_FORGET_REPORT_INIT;
    const auto report = f.hook->with_journal([&](const journal::Journal &journal) {
      auto verified = journal.verify(anchor);
      const journal::Counts counts = journal.counts();
      const journal::ChainHead head = journal.head();
      std::copy(counts.in_state.begin(), counts.in_state.end(), given.in_state);
      given.overdue = counts.overdue;
      given.oldest_open_at = counts.oldest_open_at;
      given.next_due_at = counts.next_due_at;
      given.tombstones = counts.tombstones;
      given.resurrected = counts.resurrected_rows;
      given.file_bytes = counts.file_bytes;
      given.head_seq = head.seq;
      std::copy(head.hash.begin(), head.hash.end(), given.head_hash);
      return verified;
    });
    given.entries = report.entries;
    given.purged = report.purged;
    abi::give(out, given);
    if (report.ok) return;
    throw Error(Status::data, report.bad_seq == 0
                                  ? report.what
                                  : "entry " + std::to_string(report.bad_seq) + ": " + report.what);
  });
}

recveil_status recveil_forget_purge(recveil_forget *forget, uint64_t *requests) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    if (requests != nullptr) abi::check_out(requests, "requests");
    const std::uint64_t purged = f.hook->purge();
    if (requests != nullptr) *requests = purged;
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
