// Hit rates of popularity and of item-based collaborative filtering on the last item of every row,
// by the definitions and without any care for speed. The recommend room has the fast ones.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/interactions.h"

namespace recveil::support {

struct Hits {
  std::vector<int> popularity, item_cf;  // per user: 1 where the last item is among the first ten
};

// True if fewer than ten items outside `history` score at least as well as `item`.
inline bool is_hit(const std::vector<double> &scores, const std::vector<std::uint32_t> &history,
                   std::uint32_t item) {
  std::vector<char> known(scores.size(), 0);
  for (const std::uint32_t i : history) known[i] = 1;
  int better = 0;
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (i != item && known[i] == 0 && scores[i] >= scores[item]) ++better;
  }
  return better < 10 && scores[item] > 0;
}

// Trains on all rows without their last item. Cosine similarity, zero diagonal, sum over history.
inline Hits last_item_hits(const Interactions &all) {
  const std::size_t n = all.n_items;
  std::vector<std::vector<std::uint32_t>> history(all.n_users());
  std::vector<double> count(n, 0);
  std::vector<float> both(n * n, 0);
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    history[u].assign(all.row(u).begin(), all.row(u).end() - 1);
    for (const std::uint32_t i : history[u]) {
      ++count[i];
      for (const std::uint32_t j : history[u]) both[i * n + j] += i == j ? 0.0f : 1.0f;
    }
  }
  Hits hits;
  for (std::size_t u = 0; u < all.n_users(); ++u) {
    std::vector<double> scores(n, 0);
    for (const std::uint32_t i : history[u]) {
      for (std::size_t j = 0; j < n; ++j) {
        if (const float pairs = both[i * n + j]; pairs > 0) {
          scores[j] += static_cast<double>(pairs) / std::sqrt(count[i] * count[j]);
        }
      }
    }
    const std::uint32_t last = all.row(u).back();
    hits.item_cf.push_back(is_hit(scores, history[u], last) ? 1 : 0);
    hits.popularity.push_back(is_hit(count, history[u], last) ? 1 : 0);
  }
  return hits;
}

}  // namespace recveil::support
