// The k best of a stream of scored items.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace recveil::defense {

struct Scored {
  double score;
  std::uint32_t item;
};

// Hides nothing.
struct HidesNone {
  bool operator()(std::uint32_t /*item*/) const noexcept { return false; }
};

// Higher scores first, ties by item number. Offer items in rising order; a score that is not a
// number counts as the lowest. hides(item): whether the list leaves it out, asked only of items
// that would enter it.
template <class Hides>
class Ranking {
 public:
  // places: room for k.
  Ranking(Scored *places, std::size_t k, Hides hides) noexcept
      : places_(places), k_(k), hides_(hides) {}

  void offer(double score, std::uint32_t item) noexcept {
    // Rising items: at equal scores the earlier one stays.
    if (count_ == k_ && (k_ == 0 || !(score > places_[0].score))) return;
    enter(score, item);
  }
  // Best first; count() of them. Ends the stream.
  const Scored *finish() noexcept {
    std::sort_heap(places_, places_ + count_, better);
    return places_;
  }
  std::size_t count() const noexcept { return count_; }

 private:
  static bool better(const Scored &a, const Scored &b) noexcept {
    return a.score != b.score ? a.score > b.score : a.item < b.item;
  }
  [[gnu::noinline]] void enter(double score, std::uint32_t item) noexcept {
    if (hides_(item)) return;
    if (score != score) score = -std::numeric_limits<double>::infinity();
    if (count_ == k_) {
      std::pop_heap(places_, places_ + count_, better);
      --count_;
    }
    places_[count_++] = {score, item};
    std::push_heap(places_, places_ + count_, better);
  }

  Scored *places_;  // a heap, the worst on top
  std::size_t k_, count_ = 0;
  Hides hides_;
};

}  // namespace recveil::defense
