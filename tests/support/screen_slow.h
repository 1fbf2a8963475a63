// The slow twins of screening: cover by comparing with every account, features of an account with
// its neighbours' history counted again without it, tails by adding up a mass function.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "defense/screen/accounts.h"

namespace recveil::support {

// P(X >= k) for a negative binomial of a size and a mean, by its recurrence.
inline double slow_negative_binomial_tail(double k, double size, double mean) {
  double mass = std::pow(size / (size + mean), size), below = 0;
  for (double i = 0; i < k; ++i) {
    below += mass;
    mass *= (size + i) / (i + 1) * mean / (size + mean);
  }
  return 1 - below;
}

// hidden_share.h by its definition: every number of hidden accounts with its whole probability.
inline double slow_hidden_share(double odd, std::size_t ordinary, double expected, double size) {
  const auto log_choose = [](double n, double k) {
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
  };
  const auto log_beta = [](double a, double b) {
    return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
  };
  double sum = 0, first = 0;
  for (std::size_t i = 0; i <= ordinary; ++i) {
    const double x = static_cast<double>(i), people = static_cast<double>(ordinary - i);
    // Of n = odd + x accounts, with probability 1 / n each, x are hidden; the others are people.
    const double campaign = log_choose(odd + x, x) + log_beta(x + .2, odd + .8) - std::log(odd + x);
    const double others = std::lgamma(people + size) - std::lgamma(size) - std::lgamma(people + 1) +
                          size * std::log(size / (size + expected)) +
                          people * std::log(expected / (size + expected));
    const double p = std::exp(campaign + others);
    sum += p;
    first += p * x;
  }
  return first / sum / static_cast<double>(ordinary);
}

// The largest p that Benjamini and Hochberg reject, by the definition.
inline double slow_benjamini_hochberg(const std::vector<double> &p, std::size_t tests, double q) {
  double best = -1;
  for (const double candidate : p) {
    const auto rank = std::count_if(p.begin(), p.end(), [&](double x) { return x <= candidate; });
    const double level = q * static_cast<double>(rank) / static_cast<double>(tests);
    if (candidate <= level) best = std::max(best, level);
  }
  return best;
}

// Cover by one account and by two (cover_index.h), every account compared entry by entry.
inline std::pair<double, double> slow_cover(const defense::ScreenAccounts &held,
                                            const defense::AccountRow &row, std::size_t self) {
  const double n = static_cast<double>(held.size());
  const double mean_length = static_cast<double>(held.items.size()) / n;
  const auto matches = [&](std::size_t u, std::size_t e) {
    const auto other = held.row(u);
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (other.items[i] == row.items[e] &&
          (other.ratings.empty() || other.ratings[i] == row.ratings[e])) {
        return true;
      }
    }
    return false;
  };
  std::vector<double> weight(row.size());
  double surprise = 0;
  for (std::size_t e = 0; e < row.size(); ++e) {
    double holders = 0;
    for (std::size_t u = 0; u < held.size(); ++u) holders += matches(u, e) ? 1 : 0;
    weight[e] = std::log((n + 1) / (holders + 1));
    surprise += weight[e];
  }
  std::vector<char> left(row.size(), 1);
  double cover[2] = {0, 0};
  for (double &covered : cover) {
    std::vector<double> score(held.size(), 0);
    double all = 0;
    for (std::size_t u = 0; u < held.size(); ++u) {
      for (std::size_t e = 0; e < row.size(); ++e) {
        if (left[e] != 0 && matches(u, e)) score[u] += weight[e];
      }
      all += score[u];
    }
    std::size_t donor = held.size();
    for (std::size_t u = 0; u < held.size(); ++u) {
      if (u == self || score[u] <= 0) continue;
      const double length = static_cast<double>(held.row(u).size()) / mean_length;
      if (score[u] - all / n * length > covered) {
        covered = score[u] - all / n * length;
        donor = u;
      }
    }
    if (donor == held.size()) break;
    for (std::size_t e = 0; e < row.size(); ++e) {
      if (matches(donor, e)) left[e] = 0;
    }
  }
  return {cover[0] / surprise, (cover[0] + cover[1]) / surprise};
}

// All accounts but one.
struct WithoutOne {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> items;
  std::vector<float> ratings;
  std::uint32_t n_items;

  WithoutOne(const defense::ScreenAccounts &all, std::size_t left_out) : n_items(all.n_items) {
    for (std::size_t u = 0; u < all.size(); ++u) {
      if (u == left_out) continue;
      const auto row = all.row(u);
      items.insert(items.end(), row.items.begin(), row.items.end());
      ratings.insert(ratings.end(), row.ratings.begin(), row.ratings.end());
      offsets.push_back(items.size());
    }
  }
  defense::ScreenAccounts view() const { return {n_items, offsets, items, ratings, {}, {}}; }
};

}  // namespace recveil::support
