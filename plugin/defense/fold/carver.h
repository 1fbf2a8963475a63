// Arrays out of one piece of memory that the caller lends.
#pragma once

#include <cstddef>
#include <cstdint>

namespace recveil::defense {

// Hands out arrays on cache lines. On no memory (nullptr) it only counts.
class Carver {
 public:
  explicit Carver(void *memory) noexcept : at_(reinterpret_cast<std::uintptr_t>(memory)) {
    const std::uintptr_t start = (at_ + kLine - 1) / kLine * kLine;
    used_ = kLine - 1;
    at_ = start;
  }
  // n elements, not initialized. REQUIRES: their bytes fit a size_t.
  template <class Element>
  Element *take(std::size_t n) noexcept {
    const std::size_t bytes = (n * sizeof(Element) + kLine - 1) / kLine * kLine;
    auto *out = reinterpret_cast<Element *>(at_);
    at_ += bytes;
    used_ += bytes;
    return out;
  }
  // What all that was taken needs, wherever the memory begins.
  std::size_t bytes() const noexcept { return used_; }

 private:
  static constexpr std::size_t kLine = 64;
  std::uintptr_t at_;
  std::size_t used_;
};

}  // namespace recveil::defense
