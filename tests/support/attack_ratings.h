// Rated accounts for the tests of injected profiles, and slow twins of the rating statistics.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "attack/profile.h"
#include "core/random.h"
#include "support/recommend_random.h"

namespace recveil::support {

// 300 accounts, 400 items, about 45 ratings an account on 1, 1.5, .. 5: item i is liked by 2 + 2 (i
// mod 7) / 6 on average and accounts differ by 1.
inline attack::Accounts rated_accounts(std::uint64_t seed) {
  attack::Accounts out;
  out.histories = random_interactions({300, 400, 30, 15}, seed);
  Rng rng(seed, 1);
  for (const std::uint32_t item : out.histories.items) {
    const double rating = 2 + 2.0 * (item % 7) / 6 + rng.normal();
    out.ratings.push_back(static_cast<float>(std::clamp(std::round(2 * rating) / 2, 1.0, 5.0)));
  }
  return out;
}

struct Moments {
  double count = 0, mean = 0, deviation = 0;
};

// Of the ratings of `item`, or of all (every item) where it is kAll.
constexpr std::uint32_t kAll = UINT32_MAX;
inline Moments slow_moments(const attack::Accounts &accounts, std::uint32_t item) {
  std::vector<double> ratings;
  for (std::size_t e = 0; e < accounts.ratings.size(); ++e) {
    if (item == kAll || accounts.histories.items[e] == item) ratings.push_back(accounts.ratings[e]);
  }
  Moments out;
  out.count = static_cast<double>(ratings.size());
  for (const double rating : ratings) out.mean += rating / out.count;
  for (const double rating : ratings) {
    out.deviation += (rating - out.mean) * (rating - out.mean) / out.count;
  }
  out.deviation = std::sqrt(out.deviation);
  return out;
}

// Mean and deviation of a draw of N(m.mean, m.deviation) that goes to the nearest of `levels`.
inline Moments snapped(const Moments &m, const std::set<float> &levels) {
  const std::vector<double> level(levels.begin(), levels.end());
  const auto below = [&](double x) {  // P(draw < x)
    if (m.deviation == 0) return m.mean < x ? 1.0 : 0.0;
    return std::erfc((m.mean - x) / m.deviation / std::sqrt(2.0)) / 2;
  };
  Moments out;
  double squares = 0;
  for (std::size_t i = 0; i < level.size(); ++i) {
    const double from = i == 0 ? 0 : below((level[i - 1] + level[i]) / 2);
    const double to = i + 1 == level.size() ? 1 : below((level[i] + level[i + 1]) / 2);
    out.mean += (to - from) * level[i];
    squares += (to - from) * level[i] * level[i];
  }
  out.deviation = std::sqrt(std::max(0.0, squares - out.mean * out.mean));
  return out;
}

// The rating that row `fake` gives to `item`; NaN where it has none.
inline float rating_of(const attack::Accounts &accounts, std::size_t fake, std::uint32_t item) {
  for (std::uint64_t e = accounts.histories.offsets[fake]; e < accounts.histories.offsets[fake + 1];
       ++e) {
    if (accounts.histories.items[e] == item) return accounts.ratings[e];
  }
  return std::numeric_limits<float>::quiet_NaN();
}

}  // namespace recveil::support
