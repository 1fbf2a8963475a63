// How many users have both of two items: the integer state behind item-based filtering. Integers
// add and subtract exactly, so the counts of some users plus the counts of others are the counts of
// all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/interactions.h"

namespace recveil::recommend {

// c_ij for one j.
struct CoCount {
  std::uint32_t item;
  std::uint32_t count;  // > 0
  friend bool operator==(const CoCount &, const CoCount &) = default;
};

// The symmetric n_items x n_items matrix c_ij = #{users with both i and j}, as sparse rows without
// the diagonal, each in ascending order of item. Sparse, because 17,600 items of a sparse dataset
// would need 1.2 GB dense; on MovieLens, where most pairs occur, it costs at most twice the dense
// form.
struct CoOccurrence {
  std::vector<std::uint32_t> degree;  // d_i = #{users with i}, which is the diagonal
  std::vector<std::uint64_t> offsets{0};
  std::vector<CoCount> entries;

  std::uint32_t n_items() const { return static_cast<std::uint32_t>(degree.size()); }
  std::span<const CoCount> row(std::size_t item) const {
    return {entries.data() + offsets[item], entries.data() + offsets[item + 1]};
  }
  friend bool operator==(const CoOccurrence &, const CoOccurrence &) = default;
};

// Cost: sum over users of |history|^2 increments, plus n_items^2 / 64; 8 bytes a non-zero.
CoOccurrence co_occurrence(const Interactions &rows);

// The counts of disjoint groups of users together; nothing for no groups. Linear in their counts.
// Throws Error(argument) for another number of items, as does subtract().
CoOccurrence sum(std::span<const CoOccurrence> parts);

// The counts of a group without some of its users. Counts that come to 0 are left out, so that
// equal counts are equal objects. Throws Error(argument) where `part` counts more than `all`.
CoOccurrence subtract(const CoOccurrence &all, const CoOccurrence &part);

}  // namespace recveil::recommend
