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
  // trusted_p: of the accounts of the window, as AccountChannels has them. Down: history is
  // mirrored; people who give low ratings are odd together more often than others, so the baseline
  // is that of people who do, and the groups of the window's own items give the null of p().
  GroupBaseline(const ScreenAccounts &window, const ItemHistory &history,
                std::span<const ChannelRow> trusted_p, Side side = Side::up);

  // Of accounts that have an item as popular as this.
  const ChannelBaseline &like(double popularity) const;
  // P(sums at least as high), the smallest over the channels and over `unlike` and `known_family`
  // together, Bonferroni: normal, with an intraclass correlation of .02 because people of one taste
  // come together; down also by the null of the window's groups. 1 for fewer than 3 accounts.
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
    double share = .3, strength = 2;             // of ratings at the maximum: mean, pseudo ratings
    double group_mean = 0, group_deviation = 1;  // of the largest z of a group of people
    std::array<ChannelRow, kChannels> correlation{};  // of the normal scores of trusted accounts
    bool rated = false;
  };
  explicit GroupBaseline(const Parts &parts) : parts_(parts) {}
  const Parts &parts() const { return parts_; }

 private:
  std::size_t bin_of(double popularity) const;
  double largest_z(const ScoreSums &sums, const ChannelBaseline &against) const;
  void learn_null(const ItemHistory &history, std::span<const ScoreSums> groups);
  void learn_unanimity(const ItemHistory &history);

  Parts parts_;
};

}  // namespace recveil::defense
