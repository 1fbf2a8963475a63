// Rows of a kernel matrix that were computed before, up to a limit in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/aligned.h"

namespace recveil::numerics {

// Least recently used rows go first. All memory is taken at once and touched as it is used: at most
// `bytes` for values, but never less than two rows, and 20 bytes a row for bookkeeping.
class KernelCache {
 public:
  // Rows of `length` values, a positive multiple of 16, for points 0 .. rows - 1.
  KernelCache(std::size_t rows, std::size_t length, std::size_t bytes);

  // The row of `point` and whether it is filled; if not, the caller fills it now. Valid until the
  // second call after this one, so that two rows can be held.
  struct Row {
    float *values;
    bool filled;
  };
  Row row(std::size_t point);

  // What is taken for values.
  std::size_t bytes() const { return values_.size() * sizeof(float); }

  // Keeps of each row the values at `kept`, rising, in that order, and forgets the rows of other
  // points: the new point i is the old kept[i]. `length` is what rows are padded to.
  void compact(std::span<const std::uint32_t> kept, std::size_t length);

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;

  void fit_slots(std::size_t points);
  std::size_t free_slot();

  AlignedArray<float> values_;
  std::size_t length_;
  std::vector<std::uint32_t> slot_of_;    // of a point, or kNone
  std::vector<std::uint32_t> owner_;      // point whose row a slot has
  std::vector<std::uint64_t> last_used_;  // of a slot
  std::size_t filled_ = 0;                // slots that have a row, the first ones
  std::uint64_t clock_ = 0;
};

}  // namespace recveil::numerics
