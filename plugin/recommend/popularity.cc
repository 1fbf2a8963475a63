#include "recommend/popularity.h"

#include <utility>

#include "recommend/check.h"

namespace recveil::recommend {
namespace {

class Popularity final : public Recommender {
 public:
  explicit Popularity(std::vector<std::uint64_t> counts) : counts_(std::move(counts)) {}

  std::uint32_t n_items() const override { return static_cast<std::uint32_t>(counts_.size()); }

  void score(std::span<const std::uint32_t>, std::span<float> scores) const override {
    check_scores("popularity", scores, n_items());
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(counts_[i]);
  }

 private:
  std::vector<std::uint64_t> counts_;
};

}  // namespace

std::vector<std::uint64_t> popularity(const Interactions &members) {
  std::vector<std::uint64_t> counts(members.n_items, 0);
  for (const std::uint32_t item : members.items) ++counts[item];
  return counts;
}

std::unique_ptr<Recommender> train_popularity(const Interactions &members) {
  return std::make_unique<Popularity>(popularity(members));
}

}  // namespace recveil::recommend
