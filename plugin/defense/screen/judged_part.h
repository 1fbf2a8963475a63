// What of a batch is judged. A newcomer is judged whole. Of a known account, which the window
// holds, only the part that it added since then is new: its past was trusted, is in the item
// statistics already, and is never compared with itself. What accounts of one person have in common
// counts once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "defense/screen/account_channels.h"

namespace recveil::defense {

// What `own` rows of the window hold of each item of a row; parallel to it.
std::vector<OwnCount> own_counts(const AccountRow &row, const OwnRows &own,
                                 const CoverIndex &cover);

// Immutable.
class JudgedPart {
 public:
  // All outlive it. all_counted: accounts that the sample of the window does not hold are in its
  // statistics nevertheless. O(interactions of known accounts, log).
  JudgedPart(const ScreenAccounts &batch, const AccountChannels &channels,
             const ItemHistory &history, bool all_counted);

  // As it is compared with the window, whole.
  AccountView view(std::size_t account) const {
    return {batch_.row(account), own_[account], counts(account)};
  }
  // The window, or the host, knows a past of it.
  bool known(std::size_t account) const { return known_[account] != 0; }
  // Nothing about it is new.
  bool unchanged(std::size_t account) const { return n_added_[account] == 0; }
  // Its e-th interaction is new, or pushes the item more than before.
  bool added(std::size_t account, std::size_t e) const {
    return past_.empty() || past_[batch_.offsets[account] + e] == 0;
  }
  std::size_t n_added(std::size_t account) const { return n_added_[account]; }
  // Its share of a new account, in interactions: 1 for a newcomer.
  double weight(std::size_t account, double mean_length) const;
  // 1 for each interaction of the batch that is added.
  std::vector<std::uint8_t> all_added() const;

 private:
  std::span<const OwnCount> counts(std::size_t account) const {
    const std::size_t from = batch_.offsets[account], n = batch_.offsets[account + 1] - from;
    if (!has_own_[account]) return {};
    return std::span(counts_).subspan(from, n);
  }
  void count_each_person_once(const RatingScale &scale);
  void mark_past(std::size_t account, std::size_t e);
  void learn(std::size_t account, const AccountChannels &channels, const ItemHistory &history,
             bool all_counted);

  const ScreenAccounts &batch_;
  std::vector<OwnRows> own_;
  std::vector<std::uint8_t> known_, has_own_;
  std::vector<std::size_t> n_added_;
  std::vector<std::uint8_t> past_;  // parallel to the items of the batch; empty: nothing is past
  std::vector<OwnCount> counts_;    // likewise
};

}  // namespace recveil::defense
