// Deletion requests: accepting, proving, finishing.
#include "abi/forget.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "core/error.h"
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
static_assert(RECVEIL_REGULATION_GDPR == static_cast<int>(journal::Regulation::gdpr));
static_assert(RECVEIL_REGULATION_CCPA == static_cast<int>(journal::Regulation::ccpa));
static_assert(RECVEIL_REGULATION_OTHER == static_cast<int>(journal::Regulation::other));
static_assert(RECVEIL_LABELS_LEACE == static_cast<int>(journal::LabelPolicy::leace));
static_assert(RECVEIL_LABELS_SEALED == static_cast<int>(journal::LabelPolicy::sealed));
static_assert(RECVEIL_LABELS_HOST == static_cast<int>(journal::LabelPolicy::host));
static_assert(RECVEIL_FORGET_ACCEPTED == static_cast<int>(journal::Accepted::accepted));
static_assert(RECVEIL_FORGET_ALREADY == static_cast<int>(journal::Accepted::already));
static_assert(RECVEIL_FORGET_CONFLICT == static_cast<int>(journal::Accepted::conflict));

constexpr std::uint32_t kOpenFlags =
    RECVEIL_FORGET_READ_ONLY | RECVEIL_FORGET_NO_CREATE | RECVEIL_FORGET_NO_VERIFY;
constexpr std::size_t kMaxBatch = 100000;

journal::Options options_of(const recveil_forget_options *given) {
  recveil_forget_options in = RECVEIL_FORGET_OPTIONS_INIT;
  if (given != nullptr) in = abi::adopt(given, in, sizeof in, "forget_options");
  if ((in.flags & ~kOpenFlags) != 0) {
    throw Error(Status::unsupported, "forget_options.flags: a bit is unknown");
  }
  journal::Options out;
  out.read_only = (in.flags & RECVEIL_FORGET_READ_ONLY) != 0;
  out.create = (in.flags & (RECVEIL_FORGET_NO_CREATE | RECVEIL_FORGET_READ_ONLY)) == 0;
  out.verify_on_open = (in.flags & RECVEIL_FORGET_NO_VERIFY) == 0;
  return out;
}

// Clocks differ a little: that much ahead is not in the future yet.
constexpr std::uint64_t kMostAhead = 600;

// name: "requests[3]".
hooks::ForgetRequest request_of(const recveil_forget_request *given, const std::string &name,
                                std::uint64_t now) {
  const recveil_forget_request defaults = RECVEIL_FORGET_REQUEST_INIT;
  const recveil_forget_request in = abi::adopt(given, defaults, sizeof defaults, name.c_str());
  const auto check = [&](bool good, const char *what) { abi::require_that(good, name + what); };
  if (in.flags != 0) throw Error(Status::unsupported, name + ".flags: must be 0");
  check(in.kind >= RECVEIL_FORGET_ERASE && in.kind <= RECVEIL_FORGET_OBJECT,
        ".kind: is not a RECVEIL_FORGET_* kind");
  check(in.regulation <= RECVEIL_REGULATION_OTHER,
        ".regulation: is not a RECVEIL_REGULATION_* value");
  check(in.label_policy <= RECVEIL_LABELS_HOST, ".label_policy: is not a RECVEIL_LABELS_* value");
  check(in.source <= RECVEIL_FORGET_FROM_BATCH, ".source: is not a RECVEIL_FORGET_FROM_* value");
  check(in.n_subjects >= 1 && in.n_subjects <= 256, ".n_subjects: must be from 1 to 256");
  check(in.n_users <= 256, ".n_users: must be at most 256");
  check(in.n_attributes <= 32, ".n_attributes: must be at most 32");
  check(in.received_at <= now || in.received_at - now <= kMostAhead,
        ".received_at: is in the future");
  check(in.due_at == 0 || in.due_at >= (in.received_at != 0 ? in.received_at : now),
        ".due_at: is before the request was received");
  abi::check_array(in.subjects, in.n_subjects, (name + ".subjects").c_str());
  abi::check_array(in.users, in.n_users, (name + ".users").c_str());
  hooks::ForgetRequest out;
  journal::Submission &s = out.submission;
  s.id = abi::id_of(in.id);
  check(s.id != journal::RequestId{}, ".id: is 0");
  s.kind = static_cast<journal::Kind>(in.kind);
  const auto subjects = abi::subjects_of(in.subjects, in.n_subjects);
  s.subjects.assign(subjects.begin(), subjects.end());
  s.attributes = abi::names_of(in.attributes, in.n_attributes, (name + ".attributes").c_str());
  s.regulation = static_cast<journal::Regulation>(in.regulation);
  s.received_at = in.received_at;
  s.due_at = in.due_at;
  s.label_policy = static_cast<journal::LabelPolicy>(in.label_policy);
  if (in.policy != nullptr) s.policy = in.policy;
  if (in.n_users > 0) out.users.assign(in.users, in.users + in.n_users);
  out.source = in.source;
  return out;
}

// The caches that are not in `rebuilt`.
std::vector<std::string> stale_names(recveil_stale rebuilt) {
  std::vector<std::string> out;
  for (recveil_stale bit = 1; const char *name = recveil_stale_name(bit); bit <<= 1) {
    if ((rebuilt & bit) == 0) out.emplace_back(name);
  }
  return out;
}

journal::TableFacts table_facts_of(const recveil_forget_table_facts &given,
                                   const std::string &name) {
  constexpr const char *kIndex[] = {"unknown", "rows_only", "reassigned", "rebuilt"};
  abi::require_that(given.table != nullptr && *given.table != '\0',
                    name + ".table: is NULL or empty");
  abi::require_that((given.rebuilt & ~std::uint32_t{RECVEIL_STALE_ALL}) == 0,
                    name + ".rebuilt: has a bit that is not a RECVEIL_STALE_* value");
  abi::require_that(given.index <= RECVEIL_INDEX_REBUILT,
                    name + ".index: is not a RECVEIL_INDEX_* value");
  abi::require_that((given.rebuilt & RECVEIL_STALE_ANN_INDEX) == 0 || given.index == 0 ||
                        given.index == RECVEIL_INDEX_REBUILT,
                    name + ": rebuilt names the index, and index says that it was not built anew");
  recveil_stale rebuilt = given.rebuilt;
  if (given.index == RECVEIL_INDEX_REBUILT) rebuilt |= RECVEIL_STALE_ANN_INDEX;
  return {given.table, stale_names(rebuilt), kIndex[given.index]};
}

journal::ReceiptFacts facts_of(const recveil_forget_facts *given) {
  recveil_forget_facts in = RECVEIL_FORGET_FACTS_INIT;
  if (given != nullptr) in = abi::adopt(given, in, sizeof in, "forget_facts");
  const char *method = in.method == 0 ? "none" : recveil_erase_method_name(in.method);
  abi::require(method != nullptr, "forget_facts.method: is not a RECVEIL_ERASE_* value");
  abi::require(in.n_tables <= 64, "forget_facts.n_tables: must be at most 64");
  abi::require(in.n_not_touched <= 64, "forget_facts.n_not_touched: must be at most 64");
  abi::check_array(in.tables, in.n_tables, "forget_facts.tables");
  journal::ReceiptFacts out;
  out.algorithm = method;
  for (std::size_t t = 0; t < in.n_tables; ++t) {
    out.tables.push_back(
        table_facts_of(in.tables[t], "forget_facts.tables[" + std::to_string(t) + "]"));
  }
  out.all_stale = stale_names(0);
  out.not_touched = abi::names_of(in.not_touched, in.n_not_touched, "forget_facts.not_touched");
  out.library_version = recveil_version();
  return out;
}

journal::Score score_of(const recveil_attribute_score &given,
                        const std::vector<std::string> &attributes, const std::string &name) {
  abi::require_that(given.attribute < attributes.size(),
                    name + ".attribute: there is no such name");
  constexpr const char *kSources[] = {
      "", "embedding", "list", "row+history", "list+history", "two_versions", "outside"};
  abi::require_that(given.source >= RECVEIL_SOURCE_EMBEDDING && given.source < std::size(kSources),
                    name + ".source: is not a RECVEIL_SOURCE_* value");
  abi::require_that(
      given.protocol == RECVEIL_PROTOCOL_TRANSFER || given.protocol == RECVEIL_PROTOCOL_ADAPTIVE,
      name + ".protocol: is not a RECVEIL_PROTOCOL_* value");
  abi::require_that(
      given.attacker[0] != '\0' && std::memchr(given.attacker, 0, sizeof given.attacker) != nullptr,
      name + ".attacker: is empty, or has no NUL at its end");
  for (const double auc :
       {given.auc, given.auc_lo, given.auc_hi, given.before, given.before_lo, given.before_hi}) {
    abi::require_that(auc >= -1 && auc <= 2, name + ": an AUC is not a number near [0, 1]");
  }
  return {given.attacker,
          given.protocol == RECVEIL_PROTOCOL_ADAPTIVE ? "adaptive" : "transfer",
          kSources[given.source],
          attributes[given.attribute],
          {given.before, given.before_lo, given.before_hi},
          {given.auc, given.auc_lo, given.auc_hi}};
}

hooks::AttributeEvidence evidence_of(const recveil_attribute_evidence *given) {
  constexpr const char *kVerdicts[] = {"", "leak", "no_leak_found", "inconclusive"};
  const recveil_attribute_evidence defaults = RECVEIL_ATTRIBUTE_EVIDENCE_INIT;
  const auto in = abi::adopt(given, defaults, sizeof defaults, "attribute_evidence");
  if ((in.flags & ~std::uint32_t{RECVEIL_EVIDENCE_ADMIT_LEAK}) != 0) {
    throw Error(Status::unsupported, "attribute_evidence.flags: a bit is unknown");
  }
  abi::require(in.verdict >= RECVEIL_VERDICT_LEAK && in.verdict <= RECVEIL_VERDICT_INCONCLUSIVE,
               "attribute_evidence.verdict: must be LEAK, NO_LEAK_FOUND or INCONCLUSIVE");
  abi::require(in.model_version != 0, "attribute_evidence.model_version: is 0");
  abi::require(in.n_attributes >= 1 && in.n_attributes <= 32,
               "attribute_evidence.n_attributes: must be from 1 to 32");
  abi::require(in.n_scores <= std::size_t{RECVEIL_SCORES_PER_ATTRIBUTE} * in.n_attributes,
               "attribute_evidence.n_scores: more than there can be");
  abi::require(in.n_scores > 0 || in.verdict == RECVEIL_VERDICT_INCONCLUSIVE,
               "attribute_evidence.n_scores: is 0, so the verdict must be INCONCLUSIVE");
  abi::check_array(in.scores, in.n_scores, "attribute_evidence.scores");
  hooks::AttributeEvidence out;
  out.attributes = abi::names_of(in.attributes, in.n_attributes, "attribute_evidence.attributes");
  out.admit_leak = (in.flags & RECVEIL_EVIDENCE_ADMIT_LEAK) != 0;
  out.evidence.verdict = kVerdicts[in.verdict];
  out.evidence.users = in.n_requesters;
  out.evidence.model_version = in.model_version;
  for (std::size_t i = 0; i < in.n_scores; ++i) {
    out.evidence.scores.push_back(score_of(in.scores[i], out.attributes,
                                           "attribute_evidence.scores[" + std::to_string(i) + "]"));
  }
  return out;
}

}  // namespace

std::vector<std::string> abi::names_of(const char *const *names, std::size_t n, const char *what) {
  check_array(names, n, what);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == nullptr) {
      throw Error(Status::argument, std::string(what) + "[" + std::to_string(i) + "]: is NULL");
    }
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

recveil_status recveil_subjects_from_bytes(recveil_engine *engine, const void *bytes,
                                           const size_t *offsets, size_t n,
                                           recveil_subject *out) noexcept {
  return abi::engine_call(engine, [&](recveil_engine &e) {
    if (n == 0) return;
    abi::require(n < SIZE_MAX, "n: is too large");
    abi::check_array(offsets, n + 1, "offsets");
    abi::check_array(out, n, "out");
    const auto *text = static_cast<const unsigned char *>(bytes);
    for (std::size_t i = 0; i < n; ++i) {
      if (offsets[i] >= offsets[i + 1]) {
        throw Error(Status::argument,
                    "offsets: id " + std::to_string(i) +
                        (offsets[i] == offsets[i + 1] ? " is empty" : " ends before it begins"));
      }
    }
    abi::check_array(text, offsets[n], "bytes");
    const Key key = journal::subject_key(e.master);
    for (std::size_t i = 0; i < n; ++i) {
      std::string_view id(reinterpret_cast<const char *>(text) + offsets[i],
                          offsets[i + 1] - offsets[i]);
      std::string composed;
      if (!text::is_ascii(id) && text::first_not_utf8(id) == id.npos) {
        composed = text::composed(id);
        id = composed;
      }
      const auto subject =
          journal::subject_of(key, {reinterpret_cast<const unsigned char *>(id.data()), id.size()});
      std::memcpy(out[i].bytes, subject.data(), subject.size());
    }
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
    forget->hook = std::make_unique<hooks::ForgetHook>(policy, e.master, *e.serve, *e.host,
                                                       e.forget_counters, given);
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
    const std::uint64_t now = f.engine->host->now();
    for (std::size_t i = 0; i < n; ++i) {
      all.push_back(request_of(requests[i], "requests[" + std::to_string(i) + "]", now));
    }
    const auto done = f.hook->submit(std::move(all));
    if (results == nullptr) return;
    for (std::size_t i = 0; i < n; ++i) {
      results[i] = static_cast<recveil_forget_accepted>(done[i].result);
    }
  });
}

recveil_status recveil_forget_evidence(recveil_forget *forget, const recveil_forget_id *ids,
                                       size_t n_ids, const recveil_attribute_evidence *evidence,
                                       size_t *n_advanced) noexcept {
  return abi::forget_call(forget, [&](recveil_forget &f) {
    abi::check_array(ids, n_ids, "ids");
    abi::require(ids == nullptr || n_ids > 0, "n_ids: is 0; ids NULL is for all of them");
    if (n_advanced != nullptr) abi::check_out(n_advanced, "n_advanced");
    std::optional<hooks::AttributeEvidence> found;
    if (evidence != nullptr) found = evidence_of(evidence);
    std::vector<journal::RequestId> given;
    for (std::size_t i = 0; i < n_ids; ++i) given.push_back(abi::id_of(ids[i]));
    const std::size_t moved = f.hook->evidence(given, found ? &*found : nullptr);
    if (n_advanced != nullptr) *n_advanced = moved;
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

}  // extern "C"
