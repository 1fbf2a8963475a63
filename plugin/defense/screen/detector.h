// Account screening: trained on a window of accounts that are trusted, it says of a batch of new or
// changed ones which were made to poison the model. docs/screening.md says how far that goes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "defense/screen/account_channels.h"
#include "defense/screen/accounts.h"
#include "defense/screen/carry.h"
#include "defense/screen/coordination.h"
#include "defense/screen/item_history.h"
#include "defense/screen/published_svm.h"

namespace recveil::defense {

enum class ScreenMethod : std::uint8_t { ocsvm = 1, full = 2 };

struct DetectorOptions {
  ScreenMethod method = ScreenMethod::full;
  // Of genuine accounts quarantined for themselves alone; the coordination test is far below it. In
  // (0, .5]; full only.
  double false_positive_rate = .01;
  double nu = 0;     // of the one-class SVM, (0, 1]; 0: .003 for ocsvm, .03 for full
  double gamma = 0;  // of its kernel; 0: by the variance of the Gram matrix
  std::size_t components = 30;
  double dispersion = 0;  // of genuine arrivals; 0: estimated from the window
  std::uint64_t seed = 1;
  std::string left_out_family;  // for ablations (family_fakes.h)
};

enum class AccountDecision : std::uint8_t { accept = 0, quarantine = 1, defer = 2 };

// Why; several may hold.
enum ScreenReason : std::uint32_t {
  kReasonUnlike = 1,       // unlike any trusted account
  kReasonKnownFamily = 2,  // like the fakes of the literature
  kReasonCopied = 4,       // put together of accounts we hold
  kReasonCoordinated = 8,  // pushes an item with other suspicious accounts, or is of their make
  kReasonUnanimous = 16,   // pushes an established item that all its new raters love
  kReasonTrend = 32,       // pushes an item with more raters than expected, by ordinary people
  kReasonLaunch = 64,      // pushes a new item that all its raters love
};
constexpr std::uint32_t kScreenReasons = 7;
// In words, for an operator; nullptr for anything but one reason.
const char *reason_text(std::uint32_t reason) noexcept;

struct AccountVerdict {
  AccountDecision decision = AccountDecision::accept;
  std::uint32_t reasons = 0;
  // Higher is more suspicious. full: the greater of -log10 of the smallest p of the account's own
  // channels, corrected for their number, and 6 times the probability of being part of a campaign;
  // in [0, 6]. ocsvm: minus the decision of the SVM, above 0 is outside.
  float score = 0;
};

struct ScreenReport {
  std::vector<AccountVerdict> accounts;  // parallel to the batch
  std::vector<ItemFinding> findings;     // full only
  ScreenCarry carry;                     // for the next batch; empty with ocsvm
};

// Immutable and safe from any thread.
class Detector {
 public:
  // Trains on accounts that are trusted, at least 50 with interactions. history: of all trusted
  // accounts, where the window is a sample of them; null: of the window. Throws Error(argument) for
  // accounts and options that are wrong, Error(data) where there are too few; whatever progress
  // throws. Deterministic for one instruction set.
  static Detector train(const ScreenAccounts &window, const DetectorOptions &options,
                        const ItemHistory *history = nullptr, const ScreenProgress &progress = {});

  // Throws Error(argument) for accounts that are wrong, other items than those of the window, and
  // ratings where the window had none or the other way round. carry: what the batches before left;
  // null or empty: none. keep: how much of it is left after this batch. counted: empty, or of each
  // account how much of it, just as it is, the carry holds already (0: it is not in it).
  // Cost: some tens of microseconds an account of 100 items, and the coordination test: linear in
  // interactions, memory too.
  ScreenReport screen(const ScreenAccounts &batch, const ScreenCarry *carry = nullptr,
                      double keep = .9, std::span<const float> counted = {},
                      const ScreenProgress &progress = {}) const;

  // Little-endian, with version, length and a checksum.
  std::vector<std::uint8_t> bytes() const;
  // Throws Error(data) "detector: what is wrong" for bytes that are none, cut short or changed.
  static Detector from_bytes(std::span<const std::uint8_t> bytes);

  const DetectorOptions &options() const { return options_; }
  std::size_t n_items() const { return history_.n_items(); }
  bool rated() const { return history_.scale.rated; }
  std::size_t training_accounts() const { return training_accounts_; }
  std::size_t support_vectors() const { return svm().support().rows; }
  double dispersion() const { return excess_.alpha(); }
  const numerics::OneClassSvm &svm() const;
  // This detector with another SVM over the same components, such as one that LIBSVM trained.
  // ocsvm only. Throws Error(unsupported) for full, Error(data) for another number of columns.
  Detector with_svm(numerics::OneClassSvm svm) const;

 private:
  Detector() = default;
  void check_batch(const ScreenAccounts &batch) const;
  ScreenReport screen_published(const ScreenAccounts &batch) const;

  DetectorOptions options_;
  std::size_t training_accounts_ = 0;
  ItemHistory history_;
  std::shared_ptr<const PublishedSvm> published_;
  // full
  std::shared_ptr<const AccountChannels> channels_;
  ExcessTest excess_;
  GroupBaseline baseline_;
  std::vector<std::uint8_t> established_;
  double median_length_ = 1;
};

}  // namespace recveil::defense
