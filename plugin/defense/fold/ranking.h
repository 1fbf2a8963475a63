// The k best of a stream of scored items.
#pragma once

#include <cstddef>
#include <cstdint>

namespace recveil::defense {

struct Scored {
  double score;
  std::uint32_t item;
};

// Items that a list leaves out, asked only of those that would enter it; no function: none.
struct Hidden {
  bool (*item)(const void *ctx, std::uint32_t item) noexcept = nullptr;
  const void *ctx = nullptr;
};

// Higher scores first, ties by item number. Offer items in rising order; a score that is not a
// number counts as the lowest.
class Ranking {
 public:
  // places: room for k.
  Ranking(Scored *places, std::size_t k, Hidden hidden = {}) noexcept
      : places_(places), k_(k), hidden_(hidden) {}

  void offer(double score, std::uint32_t item) noexcept {
    // Rising items: at equal scores the one that is there stays.
    if (count_ == k_ && (k_ == 0 || !(score > places_[0].score))) return;
    enter(score, item);
  }
  // Best first; count() of them. Ends the stream.
  const Scored *finish() noexcept;
  std::size_t count() const noexcept { return count_; }

 private:
  void enter(double score, std::uint32_t item) noexcept;

  Scored *places_;  // a heap, the worst on top
  std::size_t k_, count_ = 0;
  Hidden hidden_;
};

}  // namespace recveil::defense
