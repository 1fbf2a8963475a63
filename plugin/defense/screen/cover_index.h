// How much of an account is copied from accounts we hold: the share of its surprise that the best
// one, and the best two, of them match exactly, item and rating. A copy scores near 1, a mix of two
// likewise on the second. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::defense {

// Immutable and safe from any thread; the scratch is the caller's.
class CoverIndex {
 public:
  CoverIndex() = default;
  // An index of (item, rating level) to the accounts that have it. Levels are the distinct ratings,
  // 64 at most. O(interactions).
  CoverIndex(const ScreenAccounts &held, const RatingScale &scale);

  struct Scratch {
    std::vector<float> score;            // one an account, 0 between calls
    std::vector<std::uint32_t> touched;  // of which the score is not 0
  };
  Scratch scratch() const { return {std::vector<float>(lengths_.size(), 0.0f), {}}; }

  static constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();
  // Cover by one and by two, less what a trusted account of the donor's length would match by
  // chance. self: the row of the account among those held, which is left out; or kNobody.
  // O(accounts that share an item and rating with it, summed over its items).
  std::pair<double, double> cover(const AccountRow &row, std::size_t self, Scratch &scratch) const;

  // For the bytes of a detector.
  struct Parts {
    std::uint64_t levels = 1;
    std::vector<float> level;             // distinct ratings, rising
    std::vector<std::uint64_t> offsets;   // columns + 1 into accounts
    std::vector<std::uint32_t> accounts;  // rising in a column
    std::vector<float> weight;            // of a column: log((n + 1) / (accounts + 1))
    std::vector<float> lengths;           // of the accounts, over the mean length
  };
  explicit CoverIndex(Parts parts);
  Parts parts() const { return {levels_, level_, offsets_, accounts_, weight_, lengths_}; }

 private:
  struct Donor {
    std::size_t account = kNobody;
    double matched = 0;  // of the surprise, less what chance matches
  };
  std::size_t column(const AccountRow &row, std::size_t e) const;
  Donor best(const std::vector<std::size_t> &columns, std::size_t self, Scratch &scratch) const;
  bool has(std::size_t account, std::size_t column) const;

  std::size_t levels_ = 1;
  std::vector<float> level_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> accounts_;
  std::vector<float> weight_, lengths_;
};

}  // namespace recveil::defense
