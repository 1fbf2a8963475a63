#include "audit/attribute_shown.h"

#include <algorithm>
#include <cmath>

#include "core/watch.h"
#include "numerics/product_kernels.h"
#include "recommend/recommender.h"

namespace recveil::audit {

ShownLists show(const Matrix &rows, const Matrix &items, const recommend::HoldOut &held_out,
                std::size_t length, std::uint64_t seed, const Hidden &hidden) {
  constexpr std::size_t kBlock = 64;
  const std::size_t d = rows.cols, width = numerics::padded_floats(items.rows);
  std::vector<float> turned(d * width), scores(kBlock * width);
  for (std::size_t i = 0; i < items.rows; ++i) {
    for (std::size_t c = 0; c < d; ++c) turned[c * width + i] = items.row(i)[c];
  }
  ShownLists out;
  out.lists.n_items = static_cast<std::uint32_t>(items.rows);
  out.people.resize(rows.rows);
  std::vector<std::uint32_t> list, away;
  for (std::size_t begin = 0; begin < rows.rows; begin += kBlock) {
    const std::size_t n = std::min(kBlock, rows.rows - begin);
    numerics::multiply(numerics::ProductTask<float>{rows.row(begin), d, 1, n, d, turned.data(),
                                                    width, width, scores.data(), width});
    for (std::size_t i = 0; i < n; ++i) {
      pulse();
      const std::size_t u = begin + i;
      const std::span<float> mine{scores.data() + i * width, items.rows};
      const auto seen = held_out.history.row(u);
      const std::uint32_t item = held_out.item[u];
      away.assign(seen.begin(), seen.end());
      if (hidden) hidden(u, away);
      recommend::Utility full, sampled;
      if (item != recommend::kNoItem) {
        const auto negatives = recommend::sample_negatives(static_cast<std::uint32_t>(items.rows),
                                                           seen, item, seed, u);
        const bool gone = std::find(away.begin(), away.end(), item) != away.end();
        if (!gone) recommend::add_sampled(sampled, mine, item, negatives);
      }
      recommend::top_k_unseen(mine, away, length, list);
      if (item != recommend::kNoItem) recommend::add_list(full, list, item);
      out.people[u] = {full.hr10, full.ndcg10, sampled.hr10, sampled.ndcg10};
      out.lists.append(list);
    }
  }
  return out;
}

std::array<UtilityChange, kUtilities> compare_utility(
    const std::vector<std::vector<std::array<double, kUtilities>>> &before,
    const std::vector<std::vector<std::array<double, kUtilities>>> &after) {
  std::array<UtilityChange, kUtilities> out{};
  for (std::size_t k = 0; k < kUtilities; ++k) {
    double n = 0, sum_before = 0, sum_after = 0, squares = 0;
    for (std::size_t s = 0; s < before.size(); ++s) {
      for (std::size_t i = 0; i < before[s].size(); ++i) {
        const double difference = after[s][i][k] - before[s][i][k];
        n += 1;
        sum_before += before[s][i][k];
        sum_after += after[s][i][k];
        squares += difference * difference;
      }
    }
    if (n < 2 || sum_before <= 0) continue;
    out[k].before = sum_before / n;
    out[k].after = sum_after / n;
    const double mean = out[k].after - out[k].before;
    // People recur from split to split, so the error is that of one split.
    const double error = std::sqrt(std::max(0.0, squares / n - mean * mean) / n *
                                   static_cast<double>(before.size()));
    const double share = mean / out[k].before, half = 1.959964 * error / out[k].before;
    out[k].change = {share, share - half, share + half};
  }
  return out;
}

}  // namespace recveil::audit
