// The AUC among people of like activity: what an attack knows beyond "members are more active".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace recveil::numerics {

struct StratifiedAuc {
  double auc = 0.5, standard_error = 0;
  double pairs = 0;  // member-non-member pairs compared: 0 means that nothing was, and AUC .5
};

// Only members and non-members of the same bin of activity are compared; bins are quantiles of the
// activity of everybody, ties in one bin; bin s weighs n1_s * n0_s pairs, so that the result is the
// share of all such pairs in order (ties half). activity: one a score, such as the length of a
// history. The standard error is that of the share as a ratio of two U statistics, by its
// linearization (DeLong's structural components, summed over bins, with n / (n - 1) per group): it
// takes people as drawn at random with their activity, and is DeLong's where there is one bin. 0
// where all pairs are in order, or a group has one person: not a certainty, but nothing to see it
// by. With few people a bin holds one group alone and is left out: 20 bins want some 100 a group.
// Throws Error(Status::argument) for bins of 0, an empty group, lengths that differ, scores that
// are not finite. O(n log n).
StratifiedAuc stratified_auc(std::span<const double> members, std::span<const double> non_members,
                             std::span<const double> member_activity,
                             std::span<const double> non_member_activity, std::size_t bins = 20);

}  // namespace recveil::numerics
