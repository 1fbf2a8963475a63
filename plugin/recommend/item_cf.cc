#include "recommend/item_cf.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "recommend/check.h"
#include "recommend/co_occurrence.h"

namespace recveil::recommend {
namespace {

// 1 / sqrt(d_i), and 0 for an item nobody has: it is similar to nothing.
std::vector<double> inverse_roots(const std::vector<std::uint32_t> &degree) {
  std::vector<double> out;
  out.reserve(degree.size());
  for (const std::uint32_t d : degree) out.push_back(d == 0 ? 0 : 1 / std::sqrt(d));
  return out;
}

class ItemCf final : public Recommender {
 public:
  explicit ItemCf(CoOccurrence counts)
      : counts_(std::move(counts)), inverse_root_(inverse_roots(counts_.degree)) {}

  std::uint32_t n_items() const override { return counts_.n_items(); }

  // score_i = sum_j c_ij / sqrt(d_i d_j), with 1 / sqrt(d_i) taken out of the sum.
  void score(std::span<const std::uint32_t> history, std::span<float> scores) const override {
    check_scores("item-cf", scores, n_items());
    check_items("item-cf: history", history, n_items());
    // Floating point sums depend on their order: always add in ascending order of item.
    std::vector<std::uint32_t> items(history.begin(), history.end());
    std::sort(items.begin(), items.end());

    std::vector<double> sum(n_items(), 0);
    for (const std::uint32_t j : items) {
      for (const CoCount &entry : counts_.row(j)) {
        sum[entry.item] += inverse_root_[j] * entry.count;
      }
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
      scores[i] = static_cast<float>(inverse_root_[i] * sum[i]);
    }
  }

 private:
  CoOccurrence counts_;
  std::vector<double> inverse_root_;
};

}  // namespace

std::unique_ptr<Recommender> train_item_cf(const Interactions &training) {
  return std::make_unique<ItemCf>(co_occurrence(training));
}

}  // namespace recveil::recommend
