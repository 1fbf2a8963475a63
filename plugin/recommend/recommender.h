// What the audits need of a recommender: scores for a history, and a ranked list from scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/interactions.h"

namespace recveil::recommend {

// A trained model. Immutable after training: const calls from any thread.
class Recommender {
 public:
  virtual ~Recommender() = default;

  // Scores of all n_items for somebody with this history, by fold-in: the history need not have
  // been in the training data. Items of which the model knows nothing score exactly 0.
  // scores: n_items values, overwritten.
  virtual void score(std::span<const std::uint32_t> history, std::span<float> scores) const = 0;

  // Scores for the user who was row `row` of the training data. The same as score() for models
  // that keep nothing of a user but the history; factor models use the trained row.
  virtual void score_trained(std::size_t row, std::span<const std::uint32_t> history,
                             std::span<float> scores) const {
    (void)row;
    score(history, scores);
  }

  virtual std::uint32_t n_items() const = 0;
};

// The k best items by score that are not in `seen`, best first; ties by lower item index; items
// whose score is 0 or NaN are left out, so there may be fewer than k. out: overwritten. `scores`
// is clobbered. Throws Error(argument) for a seen item without a score. O(n + k log k) on average.
void top_k_unseen(std::span<float> scores, std::span<const std::uint32_t> seen, std::size_t k,
                  std::vector<std::uint32_t> &out);

}  // namespace recveil::recommend
