#include "audit/screening_impact.h"

#include <algorithm>
#include <utility>

#include "core/watch.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kLookedAt = 4000;
constexpr std::size_t kShort = 10, kLong = 100;

bool has_any(std::span<const std::uint32_t> items, std::span<const std::uint32_t> targets) {
  return std::any_of(items.begin(), items.end(), [&](std::uint32_t item) {
    return std::find(targets.begin(), targets.end(), item) != targets.end();
  });
}

}  // namespace

Impact::Impact(const recommend::HoldOut &held_out, const std::vector<std::uint32_t> &window,
               const std::vector<std::uint32_t> &batch, Trainer train, std::uint64_t seed)
    : held_out_(held_out), genuine_(window), train_(std::move(train)) {
  genuine_.insert(genuine_.end(), batch.begin(), batch.end());
  looked_at_ = genuine_;
  Rng rng(seed, 31);
  rng.shuffle(looked_at_);
  looked_at_.resize(std::min(looked_at_.size(), kLookedAt));
  clean_ = train_.plain(held_out_.history.select(genuine_));
}

TargetsShown Impact::clean(std::span<const std::uint32_t> targets) const {
  return shown_by(*clean_, targets);
}

TargetsShown Impact::with(const Interactions &fakes, std::span<const std::uint32_t> taken_out,
                          std::span<const std::uint32_t> targets) const {
  std::vector<std::uint32_t> left;
  for (const std::uint32_t user : genuine_) {
    if (std::find(taken_out.begin(), taken_out.end(), user) == taken_out.end()) {
      left.push_back(user);
    }
  }
  Interactions training = held_out_.history.select(left);
  for (std::size_t f = 0; f < fakes.n_users(); ++f) training.append(fakes.row(f));
  return shown_by(*train_.plain(training), targets);
}

std::optional<TargetsShown> Impact::weighted(const Interactions &fakes,
                                             std::span<const float> fake_weights,
                                             std::span<const float> batch_weights,
                                             std::span<const std::uint32_t> targets) const {
  // genuine_ is the window and then the batch.
  std::vector<float> weights(genuine_.size() - batch_weights.size(), 1);
  weights.insert(weights.end(), batch_weights.begin(), batch_weights.end());
  weights.insert(weights.end(), fake_weights.begin(), fake_weights.end());
  Interactions training = held_out_.history.select(genuine_);
  for (std::size_t f = 0; f < fakes.n_users(); ++f) training.append(fakes.row(f));
  const Model model = train_.weighted(training, weights);
  if (model == nullptr) return std::nullopt;
  return shown_by(*model, targets);
}

TargetsShown Impact::shown_by(const recommend::Recommender &model,
                              std::span<const std::uint32_t> targets) const {
  recommend::Utility utility;
  std::size_t without = 0, top10 = 0, top100 = 0;
  std::vector<float> scores(model.n_items());
  std::vector<std::uint32_t> list;
  for (const std::uint32_t user : looked_at_) {
    pulse();
    const auto history = held_out_.history.row(user);
    // By the history alone: an account that was taken out is shown lists too.
    model.score(history, scores);
    recommend::top_k_unseen(scores, history, kLong, list);
    const std::span<const std::uint32_t> all(list);
    recommend::add_list(utility, all, held_out_.item[user]);
    if (has_any(history, targets)) continue;
    ++without;
    if (has_any(all, targets)) ++top100;
    if (has_any(all.first(std::min(kShort, all.size())), targets)) ++top10;
  }
  const auto n = static_cast<double>(std::max<std::size_t>(without, 1));
  return {static_cast<double>(top10) / n, static_cast<double>(top100) / n, utility.mean().ndcg10};
}

}  // namespace recveil::audit
