// Slow twins of plugin/recommend: each a transcription of its definition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/interactions.h"
#include "recommend/evaluate.h"

namespace recveil::support {

inline bool holds(std::span<const std::uint32_t> row, std::uint32_t item) {
  return std::find(row.begin(), row.end(), item) != row.end();
}

// c_ij: how many users have both items; c_ii is the degree of i. O(users * |history|).
inline std::uint32_t slow_count(const Interactions &rows, std::uint32_t i, std::uint32_t j) {
  std::uint32_t count = 0;
  for (std::size_t user = 0; user < rows.n_users(); ++user) {
    count += holds(rows.row(user), i) && holds(rows.row(user), j);
  }
  return count;
}

// c_ij / sqrt(d_i d_j) for every pair, 0 on the diagonal and where a degree is 0.
inline std::vector<std::vector<double>> slow_similarity(const Interactions &training) {
  const std::uint32_t n = training.n_items;
  std::vector<std::vector<double>> similarity(n, std::vector<double>(n, 0));
  for (std::uint32_t i = 0; i < n; ++i) {
    for (std::uint32_t j = 0; j < n; ++j) {
      const std::uint32_t count = i == j ? 0 : slow_count(training, i, j);
      if (count == 0) continue;
      const double degrees = static_cast<double>(slow_count(training, i, i)) *
                             static_cast<double>(slow_count(training, j, j));
      similarity[i][j] = count / std::sqrt(degrees);
    }
  }
  return similarity;
}

inline std::vector<double> slow_item_cf_scores(const std::vector<std::vector<double>> &similarity,
                                               std::span<const std::uint32_t> history) {
  std::vector<double> scores(similarity.size(), 0);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (const std::uint32_t j : history) scores[i] += similarity[i][j];
  }
  return scores;
}

// Sorts the whole catalogue; stable, so that ties stay in order of item.
inline std::vector<std::uint32_t> slow_top_k_unseen(std::span<const float> scores,
                                                    std::span<const std::uint32_t> seen,
                                                    std::size_t k) {
  std::vector<std::uint32_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  std::vector<std::uint32_t> list;
  for (const std::uint32_t item : order) {
    if (list.size() < k && scores[item] != 0 && scores[item] == scores[item] && !holds(seen, item))
      list.push_back(item);
  }
  return list;
}

// Which item of one row hold_out_last takes: sorts (time, place) of what is known.
inline std::uint32_t slow_last_item(std::span<const std::uint32_t> row,
                                    std::span<const std::int64_t> times) {
  std::vector<std::pair<std::int64_t, std::size_t>> known;
  for (std::size_t place = 0; place < row.size(); ++place) {
    if (times[place] != 0) known.emplace_back(times[place], place);
  }
  std::sort(known.begin(), known.end());
  return row.size() < 2 || known.empty() ? recommend::kNoItem : row[known.back().second];
}

// The rank of scores[item] among itself and the negatives: where it stands in the sorted scores, in
// the middle of its equals, the worse of two middles.
inline std::size_t slow_sampled_rank(std::span<const float> scores, std::uint32_t item,
                                     std::span<const std::uint32_t> negatives) {
  std::vector<float> sorted{scores[item]};
  for (const std::uint32_t negative : negatives) sorted.push_back(scores[negative]);
  std::sort(sorted.rbegin(), sorted.rend());
  std::vector<std::size_t> equals;
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    if (sorted[place] == scores[item]) equals.push_back(place);
  }
  return equals[equals.size() / 2];
}

// The sum of DCG gains 2^rel - 1 over the ideal's, for a list of ten with one relevant item.
inline double slow_ndcg10(std::size_t rank) {
  double dcg = 0;
  for (std::size_t place = 0; place < 10; ++place) {
    const double relevance = place == rank ? 1 : 0;
    dcg += (std::pow(2, relevance) - 1) / (std::log(static_cast<double>(place + 2)) / std::log(2));
  }
  return dcg;  // the ideal list has gain 1 / log2(2) = 1
}

}  // namespace recveil::support
