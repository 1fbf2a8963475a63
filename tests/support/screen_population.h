// People of several tastes with a popularity that falls off, and accounts that push an item, for
// tests of screening. Nothing in it is real; what is planted is known.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"
#include "defense/screen/accounts.h"

namespace recveil::support {

struct Accounts {
  std::uint32_t n_items = 0;
  bool rated = true;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::vector<std::int64_t> arrived_at, launched_at;

  std::size_t size() const { return offsets.size() - 1; }
  void append(const std::vector<std::uint32_t> &row, const std::vector<float> &row_ratings,
              std::int64_t when) {
    items.insert(items.end(), row.begin(), row.end());
    if (rated) ratings.insert(ratings.end(), row_ratings.begin(), row_ratings.end());
    offsets.push_back(items.size());
    arrived_at.push_back(when);
  }
  defense::ScreenAccounts view() const {
    return {n_items, offsets, items, ratings, arrived_at, launched_at};
  }
};

inline constexpr std::uint32_t kScreenItems = 400;
inline constexpr std::uint32_t kScreenTastes = 8;  // item i is of taste i % kScreenTastes

// An item by popularity, of `taste` or of any (kScreenTastes): the i-th with a weight of
// (i + 8)^-1.5.
inline std::uint32_t draw_item(Rng &rng, std::uint32_t taste) {
  const double first = 1 / std::sqrt(8.0), last = 1 / std::sqrt(kScreenItems + 8.0);
  for (;;) {
    const double root = first - rng.uniform() * (first - last);
    const auto item = std::min(static_cast<std::uint32_t>(1 / (root * root) - 8), kScreenItems - 1);
    if (taste >= kScreenTastes || item % kScreenTastes == taste) return item;
  }
}

inline float level(double rating) {
  return static_cast<float>(std::clamp(std::round(rating), 1.0, 5.0));
}

// A person: two tastes make four fifths of the account, a mood shifts all ratings. `also` is added
// with a rating like the others', or with `also_rating` where that is above 0.
inline void append_screen_person(Accounts &out, Rng &rng, std::int64_t when, std::int64_t also = -1,
                                 float also_rating = 0) {
  const auto first = static_cast<std::uint32_t>(rng.below(kScreenTastes));
  const auto second = static_cast<std::uint32_t>(rng.below(kScreenTastes));
  const auto length = static_cast<std::size_t>(std::exp(3.2 + .5 * rng.normal()));
  const double mood = .5 * rng.normal();
  std::vector<std::uint32_t> row;
  for (std::size_t tries = 0; row.size() < std::clamp<std::size_t>(length, 8, 80) && tries < 2000;
       ++tries) {
    const double turn = rng.uniform();
    const std::uint32_t item =
        draw_item(rng, turn < .5 ? first : (turn < .8 ? second : kScreenTastes));
    if (std::find(row.begin(), row.end(), item) == row.end()) row.push_back(item);
  }
  if (also >= 0) {
    const auto item = static_cast<std::uint32_t>(also);
    row.erase(std::remove(row.begin(), row.end(), item), row.end());
    row.push_back(item);
  }
  std::vector<float> ratings;
  for (const std::uint32_t item : row) {
    const double quality = 3.4 + .6 * std::sin(static_cast<double>(item));
    const bool liked = item % kScreenTastes == first;
    ratings.push_back(level(quality + mood + (liked ? .5 : 0) + .8 * rng.normal()));
  }
  if (also >= 0 && also_rating > 0) ratings.back() = also_rating;
  out.append(row, ratings, when);
}

inline Accounts screen_people(std::size_t n, std::uint64_t seed, bool rated = true) {
  Accounts out;
  out.n_items = kScreenItems;
  out.rated = rated;
  Rng rng(seed, 7);
  for (std::size_t u = 0; u < n; ++u) {
    append_screen_person(out, rng, static_cast<std::int64_t>(1000 * u + 1000));
  }
  return out;
}

// The same accounts, from which an item is taken.
inline Accounts without_item(const Accounts &from, std::uint32_t item) {
  Accounts out;
  out.n_items = from.n_items;
  out.rated = from.rated;
  for (std::size_t u = 0; u < from.size(); ++u) {
    const auto row = from.view().row(u);
    std::vector<std::uint32_t> items;
    std::vector<float> ratings;
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (row.items[e] == item) continue;
      items.push_back(row.items[e]);
      if (from.rated) ratings.push_back(row.ratings[e]);
    }
    out.append(items, ratings, from.arrived_at[u]);
  }
  return out;
}

// n fakes of the random attack: `length` items by chance around the overall mean, the target at 5.
inline void append_random_fakes(Accounts &out, std::size_t n, std::uint32_t target,
                                std::size_t length, std::uint64_t seed) {
  Rng rng(seed, 8);
  for (std::size_t f = 0; f < n; ++f) {
    std::vector<std::uint32_t> row{target};
    std::vector<float> ratings{5};
    while (row.size() < length) {
      const auto item = static_cast<std::uint32_t>(rng.below(kScreenItems));
      if (std::find(row.begin(), row.end(), item) != row.end()) continue;
      row.push_back(item);
      ratings.push_back(level(3.4 + rng.normal()));
    }
    out.append(row, ratings, 10'000'000);
  }
}

// n copies of accounts of `from`, with the target at 5.
inline void append_copies(Accounts &out, const Accounts &from, std::size_t n, std::uint32_t target,
                          std::uint64_t seed) {
  Rng rng(seed, 9);
  for (std::size_t f = 0; f < n; ++f) {
    const auto row = from.view().row(rng.below(from.size()));
    std::vector<std::uint32_t> items{target};
    std::vector<float> ratings{5};
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (row.items[e] == target) continue;
      items.push_back(row.items[e]);
      if (out.rated) ratings.push_back(row.ratings[e]);
    }
    out.append(items, ratings, 10'000'000);
  }
}

}  // namespace recveil::support
