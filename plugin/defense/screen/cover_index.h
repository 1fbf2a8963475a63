// How much of an account is copied from accounts we hold: the share of its surprise that the best
// one, and the best two, of them match exactly, item and rating. A copy scores near 1, a mix of two
// likewise on the second. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"
#include "defense/screen/known_accounts.h"

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
  std::size_t n_accounts() const { return lengths_.size(); }
  Scratch scratch() const { return {std::vector<float>(lengths_.size(), 0.0f), {}}; }

  // Cover by one and by two, less what a trusted account of the donor's length would match by
  // chance. own: rows among those held that are no donors, because they are of the account itself
  // or of its person. O(accounts that share an item and rating with it, summed over its items).
  std::pair<double, double> cover(const AccountRow &row, const OwnRows &own,
                                  Scratch &scratch) const;
  // The rating that a held account gave the item, to the level; 0 without ratings; none: it has not
  // got the item. O(levels log(accounts that have it)).
  std::optional<float> rating(std::uint32_t account, std::uint32_t item) const;

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
  static constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();
  struct Donor {
    std::size_t account = kNobody;
    double matched = 0;  // of the surprise, less what chance matches
  };
  std::size_t column(const AccountRow &row, std::size_t e) const;
  Donor best(const std::vector<std::size_t> &columns, const OwnRows &own, Scratch &scratch) const;
  bool has(std::size_t account, std::size_t column) const;

  std::size_t levels_ = 1;
  std::vector<float> level_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> accounts_;
  std::vector<float> weight_, lengths_;
};

}  // namespace recveil::defense
