#include "hooks/forget/forget_hook.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <filesystem>
#include <mutex>

#include "journal/transitions.h"

namespace recveil::hooks {
namespace {

using journal::RequestId;
using journal::State;
using metrics::ForgetCheck;
using metrics::ForgetOutcome;
using metrics::ForgetPhase;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What a change by hand ends a request as, for the counters.
constexpr std::pair<journal::Change, ForgetOutcome> kOutcomes[] = {
    {journal::Change::cancel, ForgetOutcome::cancelled},
    {journal::Change::reject, ForgetOutcome::rejected},
    {journal::Change::nobody, ForgetOutcome::noop},
    {journal::Change::fail, ForgetOutcome::failed},
};

class Timed {
 public:
  Timed(const metrics::ForgetCounters &counters, ForgetPhase phase)
      : counters_(counters), phase_(phase) {}
  ~Timed() { counters_.phase(phase_, seconds_now() - start_); }
  Timed(const Timed &) = delete;
  Timed &operator=(const Timed &) = delete;

 private:
  const metrics::ForgetCounters &counters_;
  const ForgetPhase phase_;
  const double start_ = seconds_now();
};

journal::RequestInfo need(const journal::Journal &journal, const RequestId &id) {
  auto info = journal.status(id);
  if (!info) throw Error(Status::not_found, "the journal has no request of this id");
  return std::move(*info);
}

// Every request in a state, page by page.
std::vector<journal::RequestInfo> all_in(const journal::Journal &journal, State state) {
  std::vector<journal::RequestInfo> out;
  for (std::uint64_t cursor = 0;;) {
    journal::ListPage page = journal.list(state, cursor, 1000);
    out.insert(out.end(), page.requests.begin(), page.requests.end());
    if (page.next == 0) return out;
    cursor = page.next;
  }
}

}  // namespace

ForgetHook::ForgetHook(const config::ForgetPolicy &policy, const Key &master, ServeHook &serve,
                       const Host &host, const metrics::ForgetCounters &counters,
                       journal::Options options)
    : policy_(policy),
      cell_key_(cell_key(master)),
      serve_(serve),
      host_(host),
      counters_(counters),
      read_only_(options.read_only) {
  if (policy.journal.empty()) {
    throw Error(Status::config, "forget.journal: missing; name a file for the journal");
  }
  std::error_code unknown;  // what is there and cannot be looked at, the journal names itself
  if (!options.create && !std::filesystem::exists(policy.journal, unknown) && !unknown) {
    throw Error(Status::not_found, policy.journal + ": there is no journal");
  }
  options.receipt_key_version = policy.receipt_key_version;
  options.retention_seconds = policy.retention_days * 86400;
  options.label_policy = static_cast<journal::LabelPolicy>(policy.label_policy);
  for (std::size_t r = 0; r < options.deadline_seconds.size(); ++r) {
    options.deadline_seconds[r] = policy.deadline_days[r] * 86400;
  }
  options.committed = [&counters](double seconds) { counters.synced(seconds); };
  journal_ = std::make_unique<journal::Journal>(
      policy.journal, master, [&host] { return host.now(); }, options);
  ++counters_->opened;
  refresh_counts();
}

void ForgetHook::note_failure(const Error &error) const noexcept {
  if (error.status() == Status::io || error.status() == Status::data) ++counters_->journal_errors;
}

void ForgetHook::refresh_counts() const {
  const journal::Counts counts = journal_->counts();
  for (std::size_t s = 0; s < journal::kStates; ++s) counters_->states[s] = counts.in_state[s];
  counters_->oldest_open_at = counts.oldest_open_at;
  counters_->next_due_at = counts.next_due_at;
  counters_->tombstones = counts.tombstones;
  counters_->resurrected = counts.resurrected_rows;
  counters_->journal_bytes = counts.file_bytes;
}

// Counting reads every request: at most a twentieth of the time goes into it. A scrape counts anew.
void ForgetHook::changed(bool now) const {
  const double start = seconds_now();
  {
    const std::lock_guard lock(counting_);
    if (!now && start < next_count_) return;
    next_count_ = start + 3600;  // nobody else meanwhile
  }
  double next = start + .1;
  try {
    refresh_counts();
    next = std::max(next, start + 20 * (seconds_now() - start));
  } catch (...) {  // what was done is done; the next call counts
  }
  const std::lock_guard lock(counting_);
  next_count_ = next;
}

std::vector<journal::SubmitResult> ForgetHook::submit(std::vector<ForgetRequest> requests) {
  return counted([&] {
    std::vector<journal::SubmitResult> results;
    {
      const Timed timed(counters_, ForgetPhase::journal);
      std::vector<journal::Submission> submissions;
      for (ForgetRequest &request : requests) {
        submissions.push_back(std::move(request.submission));
      }
      results = journal_->submit(submissions);
      for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].result != journal::Accepted::accepted) continue;
        const auto kind = static_cast<std::size_t>(submissions[i].kind);
        const std::uint32_t source = std::max(requests[i].source, std::uint32_t{1});
        ++counters_->accepted[source - 1][kind - 1];
      }
    }
    changed();
    // Again for those that were accepted before: the first time may have failed here.
    std::vector<std::uint64_t> users;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].result == journal::Accepted::conflict) continue;
      if (journal::is_finished(results[i].state)) continue;
      users.insert(users.end(), requests[i].users.begin(), requests[i].users.end());
    }
    if (!users.empty()) serve_.publish_users(UserSetName::erased, SetChange::add, users);
    return results;
  });
}

void ForgetHook::change(const RequestId &id, journal::Change change, std::string_view reason) {
  counted([&] {
    journal_->change(id, change, reason);
    if (change == journal::Change::retry) counters_.retried(ForgetPhase::journal);
    for (const auto &[of, outcome] : kOutcomes) {
      if (of == change) counters_.finished(outcome);
    }
    changed();
  });
}

std::uint64_t ForgetHook::withdraw(std::span<const journal::Subject> subjects,
                                   std::span<const std::uint64_t> users,
                                   std::span<const std::string> attributes) {
  return counted([&] {
    const std::uint64_t removed = journal_->withdraw(subjects, attributes);
    if (!users.empty() && journal_->owed(subjects).empty()) {
      serve_.publish_users(UserSetName::erased, SetChange::remove, users);
    }
    changed();
    return removed;
  });
}

std::vector<RowPlan> ForgetHook::plan(const ForgetTable &table) const {
  return counted([&] { return plan_rows(*journal_, table, {}); });
}

Applied ForgetHook::apply(const ForgetTable &table, std::span<const std::size_t> rows,
                          const defense::ErasureMap *map, std::span<const std::int32_t> classes) {
  return counted([&] {
    const Timed timed(counters_, ForgetPhase::transform);
    const Applied done = apply_rows(*journal_, table, rows, map, classes, cell_key_.bytes);
    if (done.mapped + done.emptied > 0) {
      counters_->rewritten += done.mapped + done.emptied;
      counters_->shift_bits = std::bit_cast<std::uint64_t>(done.shift);
    }
    counters_.retried(ForgetPhase::transform, done.again);
    counters_.failed(ForgetCheck::tombstone, done.resurrected);
    if (done.resurrected > 0) {
      host_.log(LogLevel::error,
                "erased rows came back in a model version they were erased in: publish the model "
                "again under a new version");
    }
    changed(done.resurrected > 0);
    return done;
  });
}

ForgetHook::Acked ForgetHook::ack(std::uint64_t attempt, const ForgetTable &table) {
  return counted([&] {
    const Timed timed(counters_, ForgetPhase::verify);
    Acked out{ack_rows(*journal_, attempt, table), 0};
    out.verifying = out.result.done.size();
    counters_.failed(ForgetCheck::drift, out.result.resurrected);
    counters_.retried(ForgetPhase::publish, out.result.unwritten);
    changed(out.result.resurrected > 0);
    return out;
  });
}

std::size_t ForgetHook::evidence(std::span<const RequestId> ids,
                                 const AttributeEvidence *evidence) {
  return counted([&] {
    const Timed timed(counters_, ForgetPhase::verify);
    std::vector<journal::RequestInfo> requests;
    if (ids.empty()) {
      requests = all_in(*journal_, State::verifying);
      std::erase_if(requests, [&](const auto &info) { return !covers(evidence, info); });
    }
    for (const RequestId &id : ids) {
      requests.push_back(need(*journal_, id));
      if (requests.back().state != State::verifying) {
        throw Error(Status::state, "request " + journal::format_uuid(id) + ": is " +
                                       std::string(journal::name_of(requests.back().state)) +
                                       ", not verifying");
      }
      if (!covers(evidence, requests.back())) {
        throw Error(Status::argument, "request " + journal::format_uuid(id) +
                                          ": the evidence lacks one of its attributes");
      }
    }
    const bool leak = evidence != nullptr && evidence->evidence.verdict == "leak";
    std::vector<RequestId> concerned, back, on;
    for (const journal::RequestInfo &request : requests) {
      const bool of_evidence = evidence != nullptr && concerns(*evidence, request);
      if (of_evidence) concerned.push_back(request.id);
      (of_evidence && leak && !evidence->admit_leak ? back : on).push_back(request.id);
    }
    if (!concerned.empty()) journal_->record_evidence(concerned, evidence->evidence);
    if (leak) counters_.failed(ForgetCheck::probe, concerned.size());
    journal_->advance(back, State::applying);
    journal_->advance(on, State::publishing);
    counters_.retried(ForgetPhase::verify, back.size());
    changed();
    return on.size();
  });
}

std::string ForgetHook::complete(const RequestId &id, journal::ReceiptFacts facts) {
  return counted([&] {
    const Timed timed(counters_, ForgetPhase::publish);
    const journal::RequestInfo before = need(*journal_, id);
    const bool stale =
        facts.tables.empty() || std::any_of(facts.tables.begin(), facts.tables.end(),
                                            [](const auto &t) { return !t.stale.empty(); });
    std::string receipt = journal_->complete(id, facts);
    if (before.state != State::completed) {
      counters_.finished(ForgetOutcome::completed);
      const std::uint64_t now = host_.now();
      counters_.age(now > before.received_at ? now - before.received_at : 0);
      ++counters_->receipts;
      if (stale) counters_.failed(ForgetCheck::cache);
      changed();
    }
    return receipt;
  });
}

std::uint64_t ForgetHook::purge() {
  return counted([&] {
    const std::uint64_t requests = journal_->purge().requests;
    changed();
    return requests;
  });
}

}  // namespace recveil::hooks
