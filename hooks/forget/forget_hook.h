// The forget loop of a host: the journal, the set of erased users, and what is counted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/error.h"
#include "core/host.h"
#include "core/writer_lock.h"
#include "hooks/forget/evidence.h"
#include "hooks/forget/table_work.h"
#include "hooks/serve/serve_hook.h"
#include "journal/journal.h"
#include "metrics/forget.h"

namespace recveil::hooks {

struct ForgetRequest {
  journal::Submission submission;
  std::vector<std::uint64_t> users;
  std::uint32_t source = 0;  // 0 or RECVEIL_FORGET_FROM_API, ...
};

// Thread-safe; calls take turns in the journal. Throws what Journal throws. In a forked child every
// call throws Error(state).
class ForgetHook {
 public:
  // serve, host and counters outlive the hook.
  ForgetHook(const config::ForgetPolicy &policy, const Key &master, ServeHook &serve,
             const Host &host, const metrics::ForgetCounters &counters, journal::Options options);

  std::vector<journal::SubmitResult> submit(std::vector<ForgetRequest> requests);
  void change(const journal::RequestId &id, journal::Change change, std::string_view reason);
  std::uint64_t withdraw(std::span<const journal::Subject> subjects,
                         std::span<const std::uint64_t> users,
                         std::span<const std::string> attributes);

  std::vector<RowPlan> plan(const ForgetTable &table) const;
  Applied apply(const ForgetTable &table, std::span<const std::size_t> rows,
                const defense::ErasureMap *map, std::span<const std::int32_t> classes);
  struct Acked {
    journal::AckResult result;
    std::size_t verifying = 0;
  };
  Acked ack(std::uint64_t attempt, const ForgetTable &table);

  // ids empty: every request that is verifying and that the evidence covers. evidence may be null.
  // Requests advanced.
  std::size_t evidence(std::span<const journal::RequestId> ids, const AttributeEvidence *evidence);
  std::string complete(const journal::RequestId &id, journal::ReceiptFacts facts);

  // Runs a call on the journal, counting its failures.
  template <class Call>
  auto with_journal(Call call) const {
    return counted([&] { return call(*journal_); });
  }
  std::uint64_t purge();
  // Takes the journal's counts over into the metrics.
  void refresh_counts() const;

 private:
  template <class Call>
  auto counted(Call call) const -> decltype(call()) {
    try {
      return call();
    } catch (const Error &error) {
      note_failure(error);
      throw;
    }
  }
  void note_failure(const Error &error) const noexcept;
  void changed(bool now = false) const;

  const config::ForgetPolicy policy_;
  const HashKey cell_key_;
  ServeHook &serve_;
  const Host &host_;
  const metrics::ForgetCounters &counters_;
  const bool read_only_;
  std::unique_ptr<journal::Journal> journal_;
  mutable WriterLock counting_;
  mutable double next_count_ = 0;  // seconds of the monotonic clock
};

}  // namespace recveil::hooks
