// What lowers the influence of one person: caps and few neighbours.
#include "audit/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "data/generate.h"
#include "recommend/fold_item_cf.h"

namespace recveil::audit {
namespace {

const Interactions &people() {
  static const Interactions made =
      data::generate({.users = 60, .items = 120, .seed = 2}).interactions;
  return made;
}

Request request_of(std::uint32_t cap, std::uint32_t neighbours) {
  Request out;
  out.history_cap = cap;
  out.neighbours = neighbours;
  return out;
}

std::vector<std::uint32_t> dealt() {
  std::vector<std::uint32_t> out(people().n_users());
  for (std::size_t u = 0; u < out.size(); ++u) out[u] = static_cast<std::uint32_t>(u % 3);
  return out;
}

TEST(Trainer, TrainsOnTheLastItemsOfEachHistory) {
  const std::vector<std::uint32_t> of = dealt();
  Interactions last;
  last.n_items = people().n_items;
  for (std::size_t u = 0; u < people().n_users(); ++u) {
    const auto row = people().row(u);
    const std::size_t from = row.size() > 7 ? row.size() - 7 : 0;
    last.append(row.subspan(from));
  }
  const auto capped = train_folds(request_of(7, 0), people(), {of, 3}, 1);
  const auto slow = train_folds(request_of(0, 0), last, {of, 3}, 1);
  for (std::size_t f = 0; f < 3; ++f) {
    EXPECT_EQ(capped[f].support, slow[f].support);
    EXPECT_EQ(capped[f].weights.weights, slow[f].weights.weights);
  }
}

TEST(Trainer, KeepsTheHeaviestNeighbours) {
  constexpr std::size_t kMost = 5;
  const std::vector<std::uint32_t> of = dealt();
  const auto all = train_folds(request_of(0, 0), people(), {of, 3}, 1);
  const auto few = train_folds(request_of(0, kMost), people(), {of, 3}, 1);
  for (std::size_t f = 0; f < 3; ++f) {
    const auto &from = all[f].weights, &kept = few[f].weights;
    ASSERT_EQ(kept.offsets.size(), from.offsets.size());
    EXPECT_EQ(few[f].support, all[f].support);
    for (std::size_t i = 0; i + 1 < from.offsets.size(); ++i) {
      std::vector<float> expected(
          from.weights.begin() + static_cast<std::ptrdiff_t>(from.offsets[i]),
          from.weights.begin() + static_cast<std::ptrdiff_t>(from.offsets[i + 1]));
      std::sort(expected.begin(), expected.end(), std::greater<>());
      expected.resize(std::min(expected.size(), kMost));
      std::vector<float> found(
          kept.weights.begin() + static_cast<std::ptrdiff_t>(kept.offsets[i]),
          kept.weights.begin() + static_cast<std::ptrdiff_t>(kept.offsets[i + 1]));
      std::sort(found.begin(), found.end(), std::greater<>());
      EXPECT_EQ(found, expected) << i;
      EXPECT_TRUE(
          std::is_sorted(kept.items.begin() + static_cast<std::ptrdiff_t>(kept.offsets[i]),
                         kept.items.begin() + static_cast<std::ptrdiff_t>(kept.offsets[i + 1])));
    }
  }
}

// One model: the scores are sums over the neighbours that are kept.
TEST(Trainer, OneModelKnowsAsManyNeighbours) {
  const auto model = train(request_of(0, 1), people(), 1);
  std::vector<float> scores(people().n_items);
  const std::vector<std::uint32_t> history{3};
  model->score(history, scores);
  EXPECT_EQ(std::count_if(scores.begin(), scores.end(), [](float s) { return s > 0; }), 1);
}

}  // namespace
}  // namespace recveil::audit
