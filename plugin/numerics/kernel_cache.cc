#include "numerics/kernel_cache.h"

#include <algorithm>

namespace recveil::numerics {

KernelCache::KernelCache(std::size_t rows, std::size_t length, std::size_t bytes)
    : values_(length * std::min(rows, std::max<std::size_t>(2, bytes / (sizeof(float) * length)))),
      length_(length),
      slot_of_(rows, kNone) {
  fit_slots(rows);
}

void KernelCache::fit_slots(std::size_t points) {
  const std::size_t count = std::min(points, values_.size() / length_);
  owner_.resize(count, kNone);
  last_used_.resize(count, 0);
}

KernelCache::Row KernelCache::row(std::size_t point) {
  ++clock_;
  std::uint32_t slot = slot_of_[point];
  const bool filled = slot != kNone;
  if (!filled) {
    // A scan of the slots costs less than the row they are too few for: there are fewer slots than
    // values in a row, and each value of a row takes d operations.
    slot = static_cast<std::uint32_t>(std::min_element(last_used_.begin(), last_used_.end()) -
                                      last_used_.begin());
    if (owner_[slot] != kNone) slot_of_[owner_[slot]] = kNone;
    owner_[slot] = static_cast<std::uint32_t>(point);
    slot_of_[point] = slot;
  }
  last_used_[slot] = clock_;
  return {values_.data() + slot * length_, filled};
}

void KernelCache::compact(std::span<const std::uint32_t> kept, std::size_t length) {
  std::vector<std::uint32_t> renamed(slot_of_.size(), kNone);
  for (std::size_t i = 0; i < kept.size(); ++i) renamed[kept[i]] = static_cast<std::uint32_t>(i);

  // Slots move down over slots already moved, and values within a row likewise.
  std::size_t filled = 0;
  for (std::size_t slot = 0; slot < slots(); ++slot) {
    if (owner_[slot] == kNone || renamed[owner_[slot]] == kNone) continue;
    const float *from = values_.data() + slot * length_;
    float *to = values_.data() + filled * length;
    for (std::size_t i = 0; i < kept.size(); ++i) to[i] = from[kept[i]];
    std::fill(to + kept.size(), to + length, 0.0f);
    owner_[filled] = renamed[owner_[slot]];
    last_used_[filled++] = last_used_[slot];
  }
  owner_.resize(filled);
  last_used_.resize(filled);
  length_ = length;
  fit_slots(kept.size());
  slot_of_.assign(kept.size(), kNone);
  for (std::size_t slot = 0; slot < filled; ++slot) {
    slot_of_[owner_[slot]] = static_cast<std::uint32_t>(slot);
  }
}

}  // namespace recveil::numerics
