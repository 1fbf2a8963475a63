// Fake accounts as the literature makes them, drawn from the trusted window, for the channel that
// is trained to know them. They only stand for families of behaviour: what they would push is left
// out in half of them, so that the channel learns the filling and not a target.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "defense/screen/accounts.h"
#include "defense/screen/item_history.h"

namespace recveil::defense {

struct OwnedAccounts {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;

  std::size_t size() const { return offsets.size() - 1; }
  void append(const AccountRow &row);
  ScreenAccounts view(std::uint32_t n_items) const {
    return {n_items, offsets, items, ratings, {}, {}};
  }
};

// random, average, bandwagon, segment, popular_fill (20 % and 60 %), popularity_sampled, mix,
// sensitive_and_decoys. Leaves out `left_out` (may be empty): for the ablation of a family that the
// channel has not seen. donors: rows of `window` that mixes are made of. About `per_length`
// accounts a family at each of twelve lengths.
OwnedAccounts family_fakes(const ScreenAccounts &window, const ItemHistory &history,
                           const std::vector<std::uint32_t> &donors, std::size_t per_length,
                           std::uint64_t seed, std::string_view left_out = {});

}  // namespace recveil::defense
