// Accounts of a dataset as recveil_screen takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "recveil/recveil.h"
#include "screen_file.h"

namespace recveil::cli {

struct FileAccounts {
  std::vector<recveil_user> users;
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::vector<std::int64_t> arrivals;
  std::size_t left_out = 0;  // interactions with new items there was no place for
  std::size_t outside = 0;   // ratings outside the scale

  recveil_screen_accounts view() const;
};

using Scale = std::pair<float, float>;  // the least and the greatest rating there can be

// The window: items numbered as in the dataset. Sets the items and the scale of `file`; without one
// it is that of the ratings there are. Throws std::runtime_error for a scale that leaves some out.
FileAccounts window_accounts(const data::Dataset &dataset, const std::optional<Scale> &scale,
                             ScreenFile &file);

// A batch, in the item numbers of `file`. Items it does not know take the places for new ones,
// those of most accounts first. A rating outside the window's scale counts as the end of it. Throws
// std::runtime_error where ratings are missing.
FileAccounts batch_accounts(const data::Dataset &dataset, const ScreenFile &file);

}  // namespace recveil::cli
