#include "defense/screen/item_history.h"

#include <algorithm>

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
    sum[item] += rating;
    rating_sum += rating;
    rating_squares += rating * rating;
  }
}

void ItemHistory::add(const ItemHistory &other) {
  for (std::size_t p = 0; p < kPushes; ++p) {
    for (std::size_t i = 0; i < n_items(); ++i) count[p][i] += other.count[p][i];
  }
  for (std::size_t i = 0; i < n_items(); ++i) sum[i] += other.sum[i];
  accounts += other.accounts;
  interactions += other.interactions;
  rating_sum += other.rating_sum;
  rating_squares += other.rating_squares;
}

}  // namespace recveil::defense
