// Three ways an account alone is suspicious: unlike any trusted account (one-class SVM), like the
// fakes of the literature (logistic regression against fakes of our own), and put together of
// accounts we hold (cover). Each is a p value among trusted accounts that were scored as newcomers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "defense/screen/account_features.h"
#include "defense/screen/cover_index.h"
#include "defense/screen/known_accounts.h"
#include "defense/screen/length_norm.h"
#include "defense/screen/similarity.h"
#include "defense/screen/tail_probability.h"
#include "numerics/logistic.h"
#include "numerics/ocsvm.h"

namespace recveil::defense {

enum class Channel : std::uint8_t { unlike = 0, known_family = 1, copied = 2 };
constexpr std::size_t kChannels = 3;
using ChannelRow = std::array<double, kChannels>;

struct ChannelOptions {
  double nu = .03;
  double gamma = 0;  // 0: by the variance of the Gram matrix
  std::size_t components = 30;
  std::uint64_t seed = 1;
  std::string left_out_family;  // for ablations
};

// An account as it is compared with the window: without the rows that are its own or its person's.
struct AccountView {
  AccountRow row;
  OwnRows own{};
  std::span<const OwnCount> counts{};  // parallel to the row, or empty: what is own in the history
};

// Immutable and safe from any thread.
class AccountChannels {
 public:
  // Trains on the window: features of each account are those of a newcomer (its own interactions
  // and those of its person out of the item history, components and classifiers of folds that none
  // of them is in, 5 of them). Keeps an index of the window, not the window. O(interactions k + n
  // n_support d + n d^2), some seconds for 5,000 accounts. history: of the window, or of more
  // accounts than are in it.
  AccountChannels(const ScreenAccounts &window, const ItemHistory &history,
                  const ChannelOptions &options);

  struct Parts;  // channel_parts.h
  explicit AccountChannels(Parts parts);
  Parts parts() const;

  // Scores of one account, higher is more suspicious. Some tens of microseconds for an account of
  // 100 items.
  ChannelRow scores(const AccountView &account, const ItemHistory &history,
                    CoverIndex::Scratch &scratch, FeatureRow *z = nullptr) const;
  // Features of a newcomer against accounts of like length, without cover. scores() gives the same.
  FeatureRow z(const AccountView &account, const ItemHistory &history) const {
    return norm_.z(behaviour(account.row, history, axes_, account.counts));
  }
  const SimilarityTest &similarity() const { return similarity_; }
  ChannelRow p(const ChannelRow &scores) const;
  // P values and their normal scores of what is new about an account: of a newcomer p() of its
  // scores; of a known account only what its scores are above those of its own past counts.
  struct Judged {
    ChannelRow p, z;
  };
  Judged judged(const ChannelRow &scores, const OwnRows &own) const;
  const KnownAccounts &known() const { return known_; }
  const CoverIndex &cover() const { return cover_; }
  // p of the trusted accounts, in the order of the window.
  const std::vector<ChannelRow> &trusted_p() const { return trusted_p_; }
  const TailProbability &tail(Channel channel) const {
    return tails_[static_cast<std::size_t>(channel)];
  }
  CoverIndex::Scratch scratch() const { return cover_.scratch(); }
  const numerics::OneClassSvm &svm() const { return *svm_; }

 private:
  std::vector<float> svm_columns(const FeatureRow &z) const;

  bool rated_ = false;
  TasteAxes axes_;
  LengthNorm norm_;
  CoverIndex cover_;
  KnownAccounts known_;
  SimilarityTest similarity_;
  std::optional<numerics::OneClassSvm> svm_;
  numerics::Logistic families_;
  std::array<TailProbability, kChannels> tails_;
  std::vector<ChannelRow> trusted_p_;
};

}  // namespace recveil::defense
