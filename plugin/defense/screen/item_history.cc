#include "defense/screen/item_history.h"

#include <algorithm>
#include <utility>

namespace recveil::defense {

RatingScale scale_of(const ScreenAccounts &accounts) {
  RatingScale scale;
  if (!accounts.rated() || accounts.ratings.empty()) return scale;
  const auto [lowest, highest] =
      std::minmax_element(accounts.ratings.begin(), accounts.ratings.end());
  scale.rated = true;
  scale.lowest = *lowest;
  scale.highest = *highest;
  scale.high = *lowest + 0.75f * (*highest - *lowest);
  return scale;
}

ItemHistory::ItemHistory(const ScreenAccounts &of, const RatingScale &on) : scale(on) {
  for (auto &counts : count) counts.assign(of.n_items, 0);
  for (auto &counts : low) counts.assign(of.n_items, 0);
  sum.assign(of.n_items, 0);
  accounts = static_cast<double>(of.size());
  interactions = static_cast<double>(of.items.size());
  for (std::size_t e = 0; e < of.items.size(); ++e) {
    const std::uint32_t item = of.items[e];
    ++count[0][item];
    if (!scale.rated) continue;
    const double rating = static_cast<double>(of.ratings[e]);
    count[1][item] += of.ratings[e] >= scale.high ? 1 : 0;
    count[2][item] += of.ratings[e] >= scale.highest ? 1 : 0;
    const std::uint8_t down = push_level(scale.mirrored(of.ratings[e]), scale);
    for (std::size_t p = 0; p < down; ++p) ++low[p][item];
    sum[item] += rating;
    rating_sum += rating;
    rating_squares += rating * rating;
  }
}

void ItemHistory::add(const ItemHistory &other) {
  for (std::size_t p = 0; p < kPushes; ++p) {
    for (std::size_t i = 0; i < n_items(); ++i) count[p][i] += other.count[p][i];
  }
  for (std::size_t p = 0; p + 1 < kPushes; ++p) {
    for (std::size_t i = 0; i < n_items(); ++i) low[p][i] += other.low[p][i];
  }
  for (std::size_t i = 0; i < n_items(); ++i) sum[i] += other.sum[i];
  accounts += other.accounts;
  interactions += other.interactions;
  rating_sum += other.rating_sum;
  rating_squares += other.rating_squares;
}

ItemHistory ItemHistory::mirrored() const {
  ItemHistory out = *this;
  for (std::size_t p = 0; p + 1 < kPushes; ++p) std::swap(out.count[p + 1], out.low[p]);
  const double ends = static_cast<double>(scale.lowest) + static_cast<double>(scale.highest);
  for (std::size_t i = 0; i < n_items(); ++i) out.sum[i] = ends * count[0][i] - sum[i];
  out.rating_sum = ends * interactions - rating_sum;
  return out;
}

}  // namespace recveil::defense
