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
  owner_.resize(count);
  last_used_.resize(count);
}

std::size_t KernelCache::free_slot() {
  if (filled_ < owner_.size()) return filled_++;
  // A scan of the slots costs less than the row that comes after it: there are fewer slots than
  // values in a row, and each of those takes d operations.
  const auto oldest = std::min_element(last_used_.begin(), last_used_.end());
  const auto slot = static_cast<std::size_t>(oldest - last_used_.begin());
  slot_of_[owner_[slot]] = kNone;
  return slot;
}

KernelCache::Row KernelCache::row(std::size_t point) {
  const bool filled = slot_of_[point] != kNone;
  if (!filled) {
    const std::size_t slot = free_slot();
    owner_[slot] = static_cast<std::uint32_t>(point);
    slot_of_[point] = static_cast<std::uint32_t>(slot);
  }
  const std::size_t slot = slot_of_[point];
  last_used_[slot] = ++clock_;
  return {values_.data() + slot * length_, filled};
}

void KernelCache::compact(std::span<const std::uint32_t> kept, std::size_t length) {
  std::vector<std::uint32_t> renamed(slot_of_.size(), kNone);
  for (std::size_t i = 0; i < kept.size(); ++i) renamed[kept[i]] = static_cast<std::uint32_t>(i);
  slot_of_.assign(kept.size(), kNone);

  // Slots move down over slots already moved, and values within a row likewise.
  std::size_t moved = 0;
  for (std::size_t slot = 0; slot < filled_; ++slot) {
    const std::uint32_t point = renamed[owner_[slot]];
    if (point == kNone) continue;
    const float *from = values_.data() + slot * length_;
    float *to = values_.data() + moved * length;
    for (std::size_t i = 0; i < kept.size(); ++i) to[i] = from[kept[i]];
    std::fill(to + kept.size(), to + length, 0.0f);
    slot_of_[point] = static_cast<std::uint32_t>(moved);
    owner_[moved] = point;
    last_used_[moved++] = last_used_[slot];
  }
  filled_ = moved;
  length_ = length;
  fit_slots(kept.size());
}

}  // namespace recveil::numerics
