// The update loop: holds the detector and what batches left behind, screens accounts, keeps the
// quarantine and the reviews. The rules are in defense/screen; this is where they meet snapshots,
// keys, the clock, counters, the serve hook's sets and the state_dir.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/host.h"
#include "core/screening.h"
#include "core/snapshot.h"
#include "core/writer_lock.h"
#include "hooks/serve/serve_hook.h"
#include "hooks/update/counted.h"
#include "hooks/update/detector.h"
#include "hooks/update/reviews.h"
#include "metrics/counters.h"
#include "state/versioned_files.h"

namespace recveil::hooks {

// Beside the reasons of defense/screen: a review overturned this evidence before.
constexpr std::uint32_t kReasonOverturned = 1u << defense::kScreenReasons;

struct TrainedDetector {
  std::uint64_t version = 0;  // counts detectors; 0: none
  std::uint64_t trained = 0;  // Unix seconds
  double seconds = 0;
  std::shared_ptr<const HostDetector> detector;
};

// What batches since the training left, and what people said.
struct ScreenState {
  std::uint64_t version = 0;   // counts changes
  std::uint64_t detector = 0;  // version of the detector that the carry-over belongs to
  std::uint64_t batches = 0;   // in the carry-over
  defense::ScreenCarry carry;
  Counted counted;  // accounts in it
  Reviews reviews;
};

// What recveil_screen gives: one element an account.
struct BatchResult {
  std::vector<defense::AccountVerdict> verdicts;
  std::vector<std::uint8_t> accepted;
  std::array<std::uint64_t, kScreenDecisions> counts{};
  std::uint64_t detector_version = 0;
  bool enforced = false;
};

// Thread-safe. Screening runs on a snapshot; what is committed is committed one at a time.
class UpdateHook {
 public:
  // Everything by reference outlives the hook. state_dir: empty for none.
  UpdateHook(const ScreenPolicy &policy, const Key &master, const std::string &state_dir,
             const Host &host, metrics::Counters &counters, ServeHook &serve);

  struct View {
    ScreenPolicy policy;
    TrainedDetector trained;
    ScreenState state;
  };
  Snapshot<View>::Reader view() const noexcept { return snapshot_.read(); }

  void train(const Window &window, std::uint64_t seed, const defense::ScreenProgress &progress);
  void publish(std::string_view detector);  // bytes of detector_bytes()
  std::string detector_bytes() const;       // throws Error(state) without one

  // The SVM in LIBSVM's format. Both throw Error(state) without a detector.
  std::string svm_text() const;
  void publish_svm(std::string_view model);

  // Throws Error(state) without a detector.
  BatchResult screen(HostAccounts accounts, ScreenTrigger trigger);
  void review(std::span<const std::uint64_t> users, Review verdict);
  // mask[i] = 1 unless users[i] is quarantined. No allocation.
  void accepted(std::span<const std::uint64_t> users, std::span<std::uint8_t> mask) const noexcept;

  void set_policy(const ScreenPolicy &policy);
  bool refresh();  // REQUIRES: a state_dir

 private:
  struct Stores {
    state::VersionedFiles detectors, states;
  };
  void publish(std::shared_ptr<const HostDetector> detector, std::uint64_t trained, double seconds);
  // Runs `edit` on the newest view, writes what it changed, and makes it the one in use.
  void change(const std::function<void(View &)> &edit);
  bool take_over(View &view) const;  // what is newer in the state_dir
  std::string encode(const TrainedDetector &trained) const;
  std::string encode(const ScreenState &state) const;

  const HashKey id_key_;
  const Key state_key_;
  const Host &host_;
  metrics::Counters &counters_;
  ServeHook &serve_;
  const std::optional<Stores> stores_;
  WriterLock writer_;
  Snapshot<View> snapshot_;
};

}  // namespace recveil::hooks
