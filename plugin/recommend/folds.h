// Who is in which fold, and who trains which model: the bookkeeping of cross-fit serving.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/interactions.h"

namespace recveil::recommend {

constexpr std::uint32_t kMaxFolds = 64;

// of[u] in [0, count): the fold of the user of training row u. Borrowed. Take it from
// recveil_fold_of(), which depends on the person alone; never deal users out by their place in the
// data, which moves when somebody joins.
struct Folds {
  std::span<const std::uint32_t> of;
  std::uint32_t count = 0;  // F, in [2, kMaxFolds]
};

// Throws Error(argument), beginning with `who`, unless there is one fold a row, all in range.
void check_folds(std::string_view who, const Interactions &training, const Folds &folds);

// The rows of users whose fold is outside [first, end), in the order of training: all that a model
// which never saw these folds may look at, for tuning and early stopping too. A function of those
// rows alone: users of folds [first, end) may come and go. O(interactions).
Interactions without_folds(const Interactions &training, const Folds &folds, std::uint32_t first,
                           std::uint32_t end);

// The rows of the users of one fold, in the order of training.
Interactions only_fold(const Interactions &training, const Folds &folds, std::uint32_t fold);

// How many of these users hold each item: n_items counts.
std::vector<std::uint32_t> support(const Interactions &members);

}  // namespace recveil::recommend
