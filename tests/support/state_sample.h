// States for tests of the state_dir: what is in one follows from its version alone, so that a
// reader can tell whether all of it is there.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/keys.h"
#include "hooks/serve/state.h"

namespace recveil::support {

inline Key state_test_key(unsigned char first = 1) {
  Key key;
  for (unsigned char &byte : key.bytes) byte = first++;
  return key;
}

inline std::vector<std::uint64_t> state_numbers(std::uint64_t start, std::size_t n) {
  std::vector<std::uint64_t> out(n);
  for (std::uint64_t &value : out) value = start += 0x9E3779B97F4A7C15u;
  return out;
}

inline std::shared_ptr<const hooks::Pool> state_pool(std::uint64_t version, std::size_t n) {
  auto pool = std::make_shared<hooks::Pool>();
  pool->version = version;
  pool->published = 1000 + version;
  pool->list_length = static_cast<std::uint32_t>(10 + version % 90);
  pool->wanted = n + version % 3;
  for (std::size_t i = 0; i < n; ++i) {
    pool->items.push_back(static_cast<std::uint32_t>(version % 1000 * 1000003 + (n - i) * 7));
  }
  pool->index();
  return pool;
}

// size: items of the newest pool, and about as many users in all.
inline hooks::ServeState sample_state(std::uint64_t version, std::size_t size) {
  hooks::ServeState state;
  state.version = version;
  state.pools = {state_pool(version, size), version > 1 ? state_pool(version - 1, 3) : nullptr};
  state.has_members = version % 2 == 1;
  state.set(hooks::UserSetName::members) = UserSet(state_numbers(7 * version, size / 2));
  state.set(hooks::UserSetName::quarantined) = UserSet(state_numbers(8 * version, size / 3));
  state.set(hooks::UserSetName::erased) = UserSet(state_numbers(9 * version, size / 7));
  return state;
}

inline bool same_pool(const std::shared_ptr<const hooks::Pool> &a,
                      const std::shared_ptr<const hooks::Pool> &b) {
  if (!a || !b) return !a && !b;
  return a->version == b->version && a->published == b->published &&
         a->list_length == b->list_length && a->wanted == b->wanted && a->items == b->items;
}

inline bool same_state(const hooks::ServeState &a, const hooks::ServeState &b) {
  bool same = a.version == b.version && a.has_members == b.has_members &&
              same_pool(a.pools[0], b.pools[0]) && same_pool(a.pools[1], b.pools[1]);
  for (std::size_t i = 0; i < hooks::kUserSets; ++i) {
    same = same && a.users[i].sorted() == b.users[i].sorted();
  }
  return same;
}

}  // namespace recveil::support
