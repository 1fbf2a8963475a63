// Accounts of a dataset as recveil_screen takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "recveil/recveil.hpp"
#include "screen/file.h"

namespace recveil::cli {

struct FileAccounts {
  std::vector<recveil_user> users;
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::vector<std::int64_t> arrived_at;
  std::size_t left_out = 0;  // interactions with new items there was no place for
  std::size_t outside = 0;   // ratings outside the scale, which count as its ends

  recveil_screen_accounts view() const;
};

using Scale = std::pair<float, float>;  // the least and the greatest rating there can be

// The window, on that scale or, without one, on that of its ratings; throws std::runtime_error for
// a scale that leaves some out. Items are numbered as in the dataset. Sets the items and the scale
// of `file`. Users are empty, see name_users().
FileAccounts window_accounts(const data::Dataset &dataset, const std::optional<Scale> &scale,
                             ScreenFile &file);

// Users by their ids in the dataset, under the key of the engine: the same account has the same
// user in every file.
void name_users(const Engine &engine, const data::Dataset &dataset, FileAccounts &accounts);

// A batch, in the item numbers of `file`. Items it does not know take the places for new ones,
// those of most accounts first. Throws std::runtime_error where ratings are missing.
FileAccounts batch_accounts(const data::Dataset &dataset, const ScreenFile &file);

}  // namespace recveil::cli
