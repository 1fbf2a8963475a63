// What is known of the items from accounts that are trusted: how many have each, how many rated it
// high or at the maximum, and the sum of its ratings. Everything is a sum, so histories of disjoint
// accounts add up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "defense/screen/accounts.h"

namespace recveil::defense {

// The end of the scale that items are pushed to.
enum class Side : std::uint8_t { up = 0, down = 1 };
constexpr std::size_t kSides = 2;

// The scale ratings are on. high: at least three quarters of the way up. Seen from the other end a
// rating r is lowest + highest - r, and the scale is the same: what pushes an item down there
// pushes it up.
struct RatingScale {
  float lowest = 0, highest = 0, high = 0;
  bool rated = false;

  float mirrored(float rating) const { return lowest + highest - rating; }
};
RatingScale scale_of(const ScreenAccounts &accounts);

// Does this account push its e-th item: rates it high, or has it, without ratings.
inline bool pushes(const AccountRow &row, std::size_t e, const RatingScale &scale) {
  return !scale.rated || row.ratings[e] >= scale.high;
}

// Likewise to either side.
inline bool pushes(const AccountRow &row, std::size_t e, const RatingScale &scale, Side side) {
  if (side == Side::up || !scale.rated) return pushes(row, e, scale);
  return scale.mirrored(row.ratings[e]) >= scale.high;
}

// How far up the scale a rating is: 2 at the maximum, 1 high, else 0; 0 without ratings.
inline std::uint8_t push_level(float rating, const RatingScale &scale) {
  if (!scale.rated) return 0;
  return rating >= scale.highest ? 2 : rating >= scale.high ? 1 : 0;
}
inline std::uint8_t push_level(const AccountRow &row, std::size_t e, const RatingScale &scale) {
  return scale.rated ? push_level(row.ratings[e], scale) : 0;
}

// The push level, or minus the level seen from the other end: from -2, the minimum, to 2.
inline int push_tilt(float rating, const RatingScale &scale) {
  if (!scale.rated) return 0;
  return int{push_level(rating, scale)} - int{push_level(scale.mirrored(rating), scale)};
}

// What rows of the window hold of an item that are left out of its history: those of the account
// that is compared, or of its person.
struct OwnCount {
  float rows = 0, rating_sum = 0;
};

// The ways an item is pushed: to have it, to rate it high, to rate it at the maximum. Implicit data
// know the first alone.
enum class Push : std::uint8_t { any = 0, high = 1, maximum = 2 };
constexpr std::size_t kPushes = 3;

struct ItemHistory {
  ItemHistory() = default;
  ItemHistory(const ScreenAccounts &accounts, const RatingScale &on);

  // REQUIRES: the same items and scale.
  void add(const ItemHistory &other);

  // The same accounts with their ratings seen from the other end.
  ItemHistory mirrored() const;

  std::size_t n_items() const { return count[0].size(); }
  std::size_t pushes() const { return scale.rated ? kPushes : 1; }
  // Mean rating with three ratings at the overall mean added, without `own`.
  double mean(std::uint32_t item, const OwnCount &own) const {
    return (sum[item] - double{own.rating_sum} + 3 * overall_mean()) /
           (count[0][item] - double{own.rows} + 3);
  }
  double overall_mean() const { return interactions > 0 ? rating_sum / interactions : 0; }

  RatingScale scale;
  double accounts = 0, interactions = 0, rating_sum = 0, rating_squares = 0;
  std::vector<double> count[kPushes];  // n_items each
  // Low and lowest ratings: high and maximum, seen from the other end. n_items each.
  std::vector<double> low[kPushes - 1];
  std::vector<double> sum;  // n_items
};

}  // namespace recveil::defense
