// The screening model: trained on a window of accounts that are trusted, it says which accounts of
// a batch were made to poison the recommender. docs/screening.md says how far that goes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/screening.h"
#include "defense/screen/account_channels.h"
#include "defense/screen/accounts.h"
#include "defense/screen/carry.h"
#include "defense/screen/coordination.h"
#include "defense/screen/item_history.h"
#include "defense/screen/published_svm.h"

namespace recveil::defense {

struct ScreenModelOptions {
  ScreenMethod method = ScreenMethod::full;
  // Share of genuine accounts quarantined for themselves alone; the coordination test stays far
  // below it. In (0, .5]; full only.
  double false_positive_rate = .01;
  double nu = 0;     // of the one-class SVM, in [0, 1]; 0: that of the method (core/screening.h)
  double gamma = 0;  // of its kernel; 0: by the variance of the Gram matrix
  std::size_t components = 30;
  double dispersion = 0;  // of genuine arrivals; 0: estimated from the window
  std::uint64_t seed = 1;
  // Also look for campaigns that push items down (with ratings).
  bool push_down = true;
  std::optional<RatingLimits> limits;  // that batches must keep to; none: any_ratings(window)
  std::string left_out_family;         // for ablations (family_fakes.h)
};

// Why; several may hold. The values are those of RECVEIL_SCREEN_*.
enum ScreenReason : std::uint32_t {
  kReasonUnlike = 1,       // unlike any trusted account
  kReasonKnownFamily = 2,  // like the fakes of the literature
  kReasonCopied = 4,       // composed of accounts we hold
  kReasonCoordinated = 8,  // in a campaign with other suspicious accounts
  kReasonUnanimous = 16,   // pushes an established item that all its new raters love
  kReasonTrend = 32,       // pushes an item with more raters than expected, by ordinary people
  kReasonLaunch = 64,      // pushes a new item that all its raters love
};
constexpr std::uint32_t kScreenReasons = 7;
// In words, for an operator; nullptr for anything but one reason.
const char *reason_text(std::uint32_t reason) noexcept;

struct AccountVerdict {
  ScreenDecision decision = ScreenDecision::accept;
  std::uint32_t reasons = 0;
  // Higher is more suspicious. full: the greater of -log10 of the smallest p of the account's own
  // channels, corrected for their number, and 6 times the probability of being part of a campaign;
  // in [0, 6]. ocsvm: minus the decision of the SVM, above 0 is outside.
  float score = 0;
  // What a trainer multiplies the account's interactions with, in [0, 1]: 1 - the probability of
  // being part of a campaign, times 1 - the account's own doubt, which rises with -log10 of its
  // corrected p from 0 at p = .05 to 1 at p = 1e-6. ocsvm: 0 outside, else 1.
  float weight = 1;
  std::array<float, kChannels> p{1, 1, 1};  // of the channels; full only
  float posterior = 0;                      // of being part of a campaign
  std::int32_t finding = -1;                // place of the one that it is held up for; -1: none
};

// How a batch is to be taken.
struct BatchContext {
  // What the batches before left; null or empty: nothing.
  const ScreenCarry *carry = nullptr, *carry_down = nullptr;
  double keep = .9;  // how much of it is left after this batch
  // What the carry holds already of the accounts of this batch: how much of a newcomer (n), and how
  // much of each interaction (parallel to the items). Empty: nothing.
  std::span<const float> carried_accounts;
  std::span<const CarriedEntry> carried;
  // Accounts that the sample of the window does not hold are in its statistics nevertheless.
  bool all_counted = false;
};

struct ScreenReport {
  std::vector<AccountVerdict> accounts;  // parallel to the batch
  std::vector<ItemFinding> findings;     // full only
  // For the next batch; empty with ocsvm. carry_down: of ratings seen from the other end; empty
  // without ratings too.
  ScreenCarry carry, carry_down;
  // What the batch added to the carry: how much of a newcomer each account is, and 1 for each of
  // its interactions that counted. Empty with ocsvm.
  std::vector<float> weights;
  std::vector<std::uint8_t> added;
};

// Immutable and safe from any thread.
class ScreenModel {
 public:
  // Trains on accounts that are trusted, at least 50 with interactions. history: of all trusted
  // accounts, where the window is a sample of them; null: of the window. Throws Error(argument) for
  // accounts and options that are wrong, Error(data) where there are too few. Deterministic for one
  // instruction set. Reports its progress (core/watch.h).
  static ScreenModel train(const ScreenAccounts &window, const ScreenModelOptions &options,
                           const ItemHistory *history = nullptr);

  // Throws Error(argument) for accounts that are wrong, other items than those of the window, and
  // ratings where the window had none or the other way round; Error(data) for ratings outside the
  // limits. An account that the window holds is not compared with itself, and only what it added
  // since then is judged (judged_part.h).
  // Cost: some tens of microseconds per account of 100 items, and the coordination test: linear in
  // interactions, memory too. Reports its progress (core/watch.h).
  ScreenReport screen(const ScreenAccounts &batch, const BatchContext &context = {}) const;

  // Little-endian, with version, length and a checksum.
  std::vector<std::uint8_t> bytes() const;
  // Throws Error(data) "screening model: what is wrong" for bytes that are not one, cut short or
  // changed.
  static ScreenModel from_bytes(std::span<const std::uint8_t> bytes);

  const ScreenModelOptions &options() const { return options_; }
  std::size_t n_items() const { return history_.n_items(); }
  bool rated() const { return history_.scale.rated; }
  const RatingScale &scale() const { return history_.scale; }
  // The window held more accounts than it was trained on.
  bool window_is_sampled() const { return n_window_accounts() > n_training_accounts_; }
  // Of the window, of which the model may have seen a sample.
  std::uint64_t n_window_accounts() const { return static_cast<std::uint64_t>(history_.accounts); }
  std::size_t n_training_accounts() const { return n_training_accounts_; }
  std::size_t n_support_vectors() const { return svm().support().rows; }
  double dispersion() const { return excess_.alpha(); }
  const numerics::OneClassSvm &svm() const;

 private:
  ScreenModel() = default;
  struct Scored;
  void check_batch(const ScreenAccounts &batch, const BatchContext &context) const;
  ScreenReport screen_published(const ScreenAccounts &batch) const;
  Scored score(const ScreenAccounts &batch, const JudgedPart &judged) const;
  ScreenCarry of_others(const ScreenAccounts &batch, const BatchContext &context,
                        const Scored &scored, bool down) const;
  // What the test of items needs for one direction. Up is the history itself.
  struct Direction {
    ItemHistory history;
    ExcessTest excess;
    GroupBaseline baseline;
  };
  void look_down(GroupBaseline baseline);  // fills down_
  CoordinationInput input_of(const ScreenAccounts &batch, const JudgedPart &judged,
                             const Scored &scored, const Direction *down,
                             std::span<const std::uint8_t> explained,
                             const ScreenCarry *carry) const;
  CoordinationResult coordinate_one(const CoordinationInput &in, ScreenCarry *carry, double keep,
                                    ScreenReport *report) const;
  AccountVerdict verdict(const ChannelRow &p, const CoordinationResult &group,
                         std::size_t account) const;

  ScreenModelOptions options_;
  RatingLimits limits_;
  std::size_t n_training_accounts_ = 0;
  ItemHistory history_;
  std::shared_ptr<const PublishedSvm> published_;
  // full
  std::shared_ptr<const AccountChannels> channels_;
  ExcessTest excess_;
  GroupBaseline baseline_;
  std::vector<std::uint8_t> established_;
  double median_length_ = 1;
  std::optional<Direction> down_;  // with ratings
};

}  // namespace recveil::defense
