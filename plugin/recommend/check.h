// Checks of arguments that the files of this room share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace recveil::recommend {

// Throws Error(argument) unless there is one score an item.
inline void check_scores(std::string_view who, std::span<const float> scores,
                         std::uint32_t n_items) {
  if (scores.size() == n_items) return;
  throw Error(Status::argument, std::string(who) + ": room for " + std::to_string(scores.size()) +
                                    " scores, the model has " + std::to_string(n_items) + " items");
}

// Throws Error(argument) unless every item is in [0, n_items).
inline void check_items(std::string_view who, std::span<const std::uint32_t> items,
                        std::size_t n_items) {
  for (const std::uint32_t item : items) {
    if (item < n_items) continue;
    throw Error(Status::argument, std::string(who) + ": item " + std::to_string(item) +
                                      " is outside the catalogue of " + std::to_string(n_items));
  }
}

}  // namespace recveil::recommend
