#include "defense/fold/ranking.h"

#include <algorithm>
#include <limits>

namespace recveil::defense {
namespace {

bool better(const Scored &a, const Scored &b) noexcept {
  return a.score != b.score ? a.score > b.score : a.item < b.item;
}

}  // namespace

void Ranking::enter(double score, std::uint32_t item) noexcept {
  if (hidden_.item != nullptr && hidden_.item(hidden_.ctx, item)) return;
  if (score != score) score = -std::numeric_limits<double>::infinity();
  if (count_ == k_) {
    std::pop_heap(places_, places_ + count_, better);
    --count_;
  }
  places_[count_++] = {score, item};
  std::push_heap(places_, places_ + count_, better);
}

const Scored *Ranking::finish() noexcept {
  std::sort_heap(places_, places_ + count_, better);
  return places_;
}

}  // namespace recveil::defense
