// The update loop: holds the screening model and what batches left behind, screens accounts, keeps
// the quarantine and the reviews. The rules are in defense/screen; this is where they meet
// snapshots, keys, the clock, counters, the serve hook's sets and the state_dir.
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
#include "defense/screen/screen_model.h"
#include "hooks/serve/serve_hook.h"
#include "hooks/update/carried_accounts.h"
#include "hooks/update/host_accounts.h"
#include "hooks/update/reviews.h"
#include "hooks/update/window.h"
#include "metrics/counters.h"
#include "state/versioned_files.h"

namespace recveil::hooks {

// One more than the reasons of defense/screen: a review overturned this evidence before.
constexpr std::uint32_t kReasonOverturned = 1u << defense::kScreenReasons;
// And one more: the account is exempt.
constexpr std::uint32_t kReasonExempt = 2u << defense::kScreenReasons;

struct TrainedModel {
  std::uint64_t version = 0;     // counts screening models; 0: none
  std::uint64_t trained_at = 0;  // Unix seconds
  double seconds = 0;
  std::shared_ptr<const defense::ScreenModel> model;
};

// What batches since the training left, and what people said.
struct ScreenState {
  std::uint64_t version = 0;               // counts changes
  std::uint64_t model_version = 0;         // of the screening model that the carry-over belongs to
  std::uint64_t batches = 0;               // in the carry-over
  defense::ScreenCarry carry, carry_down;  // of items that are pushed up, and down
  CarriedAccounts carried;                 // accounts in it
  Reviews reviews;
};

// What recveil_screen gives: one element per account.
struct BatchResult {
  std::vector<defense::AccountVerdict> verdicts;
  std::vector<std::uint8_t> accepted;
  std::string evidence;  // in words
  std::array<std::uint64_t, kScreenDecisions> counts{};
  std::uint64_t model_version = 0;  // of the screening model
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
    TrainedModel trained;
    ScreenState state;
  };
  Snapshot<View>::Reader view() const noexcept { return snapshot_.read(); }

  // Reports its progress (core/watch.h).
  void train(const Window &window, std::uint64_t seed);
  void publish(std::string_view model);  // bytes of model_bytes()
  std::string model_bytes() const;       // throws Error(state) without one

  // Adds accounts to a window, under keyed hashes. Throws as Window::add().
  void add(Window &window, const HostAccounts &accounts) const;

  // Throws Error(state) without a model. Reports its progress (core/watch.h).
  BatchResult screen(const HostAccounts &accounts, ScreenTrigger trigger);
  void review(std::span<const std::uint64_t> users, Review verdict);
  // mask[i] = 1 unless users[i] is quarantined. No allocation.
  void accepted(std::span<const std::uint64_t> users, std::span<std::uint8_t> mask) const noexcept;

  void set_policy(const ScreenPolicy &policy);
  bool refresh();  // REQUIRES: a state_dir

 private:
  struct Stores {
    state::VersionedFiles models, states;
  };
  struct Attempt;
  void attempt(const View &view, ScreenTrigger trigger, Attempt &out) const;
  // Adds the batch to the state, and the flagged accounts to the quarantine.
  void commit(View &view, const HostAccounts &accounts, Attempt &attempt, BatchResult &out);
  void publish(std::shared_ptr<const defense::ScreenModel> model, std::uint64_t trained_at,
               double seconds);
  // Runs `edit` on the newest view, writes what it changed, and makes it the one in use.
  void change(const std::function<void(View &)> &edit);
  bool take_over(View &view) const;  // what is newer in the state_dir
  std::string encode(const TrainedModel &trained) const;
  std::string encode(const ScreenState &state) const;

  const HashKey id_key_;
  const std::uint64_t key_check_;
  const Key state_key_;
  const Host &host_;
  metrics::Counters &counters_;
  ServeHook &serve_;
  const std::optional<Stores> stores_;
  WriterLock writer_;
  Snapshot<View> snapshot_;
};

}  // namespace recveil::hooks
