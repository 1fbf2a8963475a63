// Are the accounts that push an item together more suspicious than those who push its like, and
// more of one mind? Ours (docs/screening.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/account_channels.h"
#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::defense {

constexpr std::size_t kBins = 8;

struct MeanDeviation {
  double mean = 0, deviation = 1;
};
using ChannelBaseline = std::array<MeanDeviation, kChannels>;

// Sums of normal scores over accounts that push an item.
struct ScoreSums {
  double n = 0;
  ChannelRow sum{};
  void add(const ChannelRow &z, double sign = 1) {
    n += sign;
    for (std::size_t c = 0; c < kChannels; ++c) sum[c] += sign * z[c];
  }
};

// Immutable and safe from any thread.
class GroupBaseline {
 public:
  GroupBaseline() = default;
  // trusted_p: of the accounts of the window, as AccountChannels has them.
  GroupBaseline(const ScreenAccounts &window, const ItemHistory &history,
                std::span<const ChannelRow> trusted_p);

  // For ratings seen from the other end.
  GroupBaseline mirrored(const ItemHistory &mirrored_history) const;

  // Of accounts that have an item as popular as this.
  const ChannelBaseline &like(double popularity) const;
  // P(sums at least as high), the smallest over the channels and over `unlike` and `known_family`
  // together, Bonferroni: normal, with an intraclass correlation of .02 because people of one taste
  // come together. 1 for fewer than 3 accounts.
  double p(const ScoreSums &sums, const ChannelBaseline &against) const;
  // Weights of the channels by how high the sums are, such that the weighted score of an ordinary
  // account has deviation 1.
  ChannelRow weights(const ScoreSums &sums, const ChannelBaseline &against) const;

  // P(at least `at_maximum` of `raters` give the maximum) by a beta-binomial whose prior is that of
  // items in general and up to 30 ratings of the item's own history. 1 without ratings.
  double unanimity(double at_maximum, double raters, std::uint32_t item,
                   const ItemHistory &history) const;

  struct Parts {
    std::array<double, kBins - 1> edges{};
    std::array<ChannelBaseline, kBins> bins{};
    double share = .3, strength = 2;  // of ratings at the maximum: mean, pseudo ratings
    std::array<ChannelRow, kChannels> correlation{};  // of the normal scores of trusted accounts
    bool rated = false;
  };
  explicit GroupBaseline(const Parts &parts) : parts_(parts) {}
  const Parts &parts() const { return parts_; }

 private:
  void learn_unanimity(const ItemHistory &history);

  Parts parts_;
};

}  // namespace recveil::defense
