// What a batch leaves for the next: counts of items and sums of scores, faded a little with every
// batch, so that a campaign of one account a batch adds up. Holds no account.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "defense/screen/excess.h"
#include "defense/screen/group_evidence.h"

namespace recveil::defense {

// How much of an interaction of a batch the carry holds already, and how it pushed the item then
// (push_tilt() of item_history.h). 0: none of it.
struct CarriedEntry {
  float left = 0;
  std::int8_t tilt = 0;

  std::uint8_t level(bool down) const {
    const int up = down ? -tilt : tilt;
    return static_cast<std::uint8_t>(up > 0 ? up : 0);
  }
};

class ScreenCarry {
 public:
  ScreenCarry() = default;
  explicit ScreenCarry(std::size_t n_items) : counts_(n_items, 0, 1), sums_(n_items) {}

  bool empty() const { return sums_.empty() || counts_.accounts <= 0; }
  std::size_t n_items() const { return sums_.size(); }
  const ItemCounts &counts() const { return counts_; }
  const ScoreSums &sums(std::size_t item) const { return sums_[item]; }

  // Everything so far times `keep`, in [0, 1], plus a batch. REQUIRES: the same items.
  void add(const ItemCounts &batch, std::span<const ScoreSums> sums, double keep);

  // Without what an account left: `entries`, parallel to its items, and `weight` accounts. z: its
  // scores then, or where they are not known, now. down: this is the carry of ratings seen from the
  // other end. REQUIRES: not empty.
  void remove(std::span<const std::uint32_t> items, std::span<const CarriedEntry> entries,
              const RatingScale &scale, const ChannelRow &z, double weight, bool down = false);

  // As numbers, in a fixed order: carries of disjoint batches add up number by number.
  std::vector<double> numbers() const;
  // Throws Error(data) for another number of numbers than numbers() gives, or one that is negative
  // where it must not be or not finite.
  static ScreenCarry from_numbers(std::span<const double> numbers, std::size_t n_items);
  static std::size_t count_of_numbers(std::size_t n_items) {
    return 2 + n_items * (kPushes + 1 + kChannels);
  }

 private:
  ItemCounts counts_;
  std::vector<ScoreSums> sums_;
};

}  // namespace recveil::defense
