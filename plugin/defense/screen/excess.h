// Does an item have more raters in a batch than its history explains? A negative binomial test with
// the over-dispersion that arrivals of genuine accounts have shown. Ours (docs/screening.md); the
// conjugate gamma-Poisson model is textbook.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::defense {

struct Excess {
  double p = 1;                       // Bonferroni over the pushes
  double observed = 0, expected = 0;  // of the push with the smallest p
  Push push = Push::any;
  std::array<double, kPushes> of_push_observed{}, of_push_expected{};
};

// What a batch holds of every item; also what is carried over from earlier batches.
struct ItemCounts {
  double accounts = 0;
  double length_ratio = 1;  // median length over that of the window, within [.5, 2]
  std::vector<double> count[kPushes];

  ItemCounts() = default;
  ItemCounts(std::size_t n_items, double accounts_, double length_ratio_);
  void add(const AccountRow &row, const RatingScale &scale, double sign = 1);
  // One interaction: an item at a push level (item_history.h).
  void add(std::uint32_t item, std::uint8_t level, double sign = 1) {
    for (std::size_t p = 0; p <= level; ++p) count[p][item] += sign;
  }
};

// Immutable and safe from any thread.
class ExcessTest {
 public:
  ExcessTest() = default;
  // alpha: extra variance over the square of the mean, at least .02.
  ExcessTest(const ItemHistory &history, double alpha);

  // Of one item, given what earlier batches carry over (may be nullptr). O(log) of the count.
  Excess test(std::uint32_t item, const ItemHistory &history, const ItemCounts &batch,
              const ItemCounts *carried) const;
  double alpha() const { return alpha_; }

 private:
  double alpha_ = .5;
  std::array<double, kPushes> shape_{};  // of the gamma prior of counts
  std::array<double, kPushes> mean_{};
};

// The over-dispersion of genuine arrivals: the window in order of arrival, in blocks, each block
// against all before it, by moments over items that are expected at least once; within [.1, 3], and
// .5 where arrivals are not known or accounts are few (below 200). O(interactions).
double arrival_dispersion(const ScreenAccounts &window, const RatingScale &scale);

}  // namespace recveil::defense
