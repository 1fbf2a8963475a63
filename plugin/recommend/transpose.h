// The items' side of interactions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::recommend {

// Row i of the result lists the users who have item i, in ascending order; its n_items is the
// number of users. O(interactions + users + items).
inline Interactions transpose(const Interactions &rows) {
  Interactions out;
  out.n_items = static_cast<std::uint32_t>(rows.n_users());
  out.offsets.assign(rows.n_items + std::size_t{1}, 0);
  for (const std::uint32_t item : rows.items) ++out.offsets[item + std::size_t{1}];
  for (std::size_t i = 0; i < rows.n_items; ++i) out.offsets[i + 1] += out.offsets[i];

  out.items.resize(rows.size());
  std::vector<std::uint64_t> next = out.offsets;
  for (std::size_t user = 0; user < rows.n_users(); ++user) {
    for (const std::uint32_t item : rows.row(user)) {
      out.items[next[item]++] = static_cast<std::uint32_t>(user);
    }
  }
  return out;
}

}  // namespace recveil::recommend
