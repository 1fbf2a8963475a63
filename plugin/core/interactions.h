// Who interacted with what: a CSR matrix with one row a user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace recveil {

// Row u is items[offsets[u] .. offsets[u + 1]), item indices in [0, n_items), no duplicates within
// a row. Rows run in order of time where times are known, else in the order of the source. An
// ordinary value: const access from any thread.
struct Interactions {
  std::uint32_t n_items = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;

  std::size_t n_users() const { return offsets.size() - 1; }
  std::size_t size() const { return items.size(); }
  std::span<const std::uint32_t> row(std::size_t user) const {
    return {items.data() + offsets[user], items.data() + offsets[user + 1]};
  }
  void append(std::span<const std::uint32_t> row_items) {
    items.insert(items.end(), row_items.begin(), row_items.end());
    offsets.push_back(items.size());
  }
  // The rows named by `users`, in that order, over the same items.
  Interactions select(std::span<const std::uint32_t> users) const {
    Interactions out;
    out.n_items = n_items;
    out.offsets.reserve(users.size() + 1);
    for (const std::uint32_t user : users) out.append(row(user));
    return out;
  }
};

// Ranked lists, best first: row u is the list of user u, of at most the length asked for.
using RankedLists = Interactions;

}  // namespace recveil
