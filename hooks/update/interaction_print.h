// An interaction where only its account must be recognised: 29 bits of a keyed hash of account and
// item, so that a file of them tells nobody's history. The lowest three bits are free.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/keys.h"

namespace recveil::hooks {

inline std::uint32_t interaction_print(const HashKey &key, std::uint64_t id, std::uint32_t item) {
  unsigned char bytes[sizeof id + sizeof item];
  std::memcpy(bytes, &id, sizeof id);
  std::memcpy(bytes + sizeof id, &item, sizeof item);
  return static_cast<std::uint32_t>(hash_id(key, bytes)) & ~std::uint32_t{7};
}

// Sorted.
inline std::vector<std::uint32_t> interaction_prints(const HashKey &key, std::uint64_t id,
                                                     std::span<const std::uint32_t> items) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t item : items) out.push_back(interaction_print(key, id, item));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace recveil::hooks
