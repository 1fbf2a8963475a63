// Item-CF and popularity on MovieLens 1M, read from RECVEIL_DATA_DIR; skipped (77) without it.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "data/load.h"
#include "recommend/evaluate.h"
#include "recommend/item_cf.h"
#include "recommend/popularity.h"

namespace recveil::recommend {
namespace {

struct Result {
  Utility full, sampled;
};

Result evaluate(const Recommender &model, const HoldOut &split) {
  Result result;
  std::vector<float> scores(model.n_items());
  std::vector<std::uint32_t> list;
  for (std::size_t user = 0; user < split.item.size(); ++user) {
    const auto history = split.history.row(user);
    const std::uint32_t item = split.item[user];
    model.score(history, scores);
    add_sampled(result.sampled, scores, item,
                sample_negatives(model.n_items(), history, item, 1, user));
    top_k_unseen(scores, history, 10, list);
    add_list(result.full, list, item);
  }
  return {result.full.mean(), result.sampled.mean()};
}

// The expected values of the full ranking were computed apart, in NumPy: X the 0/1 matrix without
// the last items (equal times in the order of the source), S = X'X over the roots of the degrees
// with a zero diagonal, ranks of X S, ties by lower item. Nothing in them is random; the tolerance
// is six users of 6,040, for scores that rounding ties. (Training on the held-out items too, a
// fault this must catch, moves the hit rate by 25 users.) Those of the 99 negatives are this code's
// own, and the tolerance is four standard errors over 6,040 users, since the draws may change with
// reason: sqrt(p (1 - p) / n) for a hit rate, at most that of the same p for NDCG.
TEST(MovieLens1M, ItemCfAndPopularity) {
  const char *root = std::getenv("RECVEIL_DATA_DIR");
  const data::Dataset dataset = data::load("ml-1m:" + std::string(root) + "/ml-1m");
  const HoldOut split = hold_out_last(dataset.interactions, dataset.times, 1);
  ASSERT_EQ(split.history.n_users(), 6040u);
  ASSERT_EQ(split.history.size(), 1000209u - 6040u);  // everybody has a known time

  const Result cf = evaluate(*train_item_cf(split.history), split);
  EXPECT_EQ(cf.full.users, 6040u);
  EXPECT_NEAR(cf.full.hr10, 0.070364, 0.001);
  EXPECT_NEAR(cf.full.ndcg10, 0.036501, 0.001);
  EXPECT_EQ(cf.sampled.users, 6040u);
  EXPECT_NEAR(cf.sampled.hr10, 0.525, 0.026);
  EXPECT_NEAR(cf.sampled.ndcg10, 0.310, 0.024);

  const Result popular = evaluate(*train_popularity(split.history), split);
  EXPECT_NEAR(popular.full.hr10, 0.036424, 0.001);
  EXPECT_NEAR(popular.full.ndcg10, 0.017863, 0.001);
  EXPECT_NEAR(popular.sampled.hr10, 0.463, 0.026);
  EXPECT_NEAR(popular.sampled.ndcg10, 0.255, 0.023);

  for (const auto &[name, result] : {std::pair{"item_cf", cf}, std::pair{"popularity", popular}}) {
    const std::string key = name;
    RecordProperty(key + "_hr10", std::to_string(result.full.hr10));
    RecordProperty(key + "_ndcg10", std::to_string(result.full.ndcg10));
    RecordProperty(key + "_hr10_sampled", std::to_string(result.sampled.hr10));
    RecordProperty(key + "_ndcg10_sampled", std::to_string(result.sampled.ndcg10));
  }
}

}  // namespace
}  // namespace recveil::recommend

int main(int argc, char **argv) {
  if (std::getenv("RECVEIL_DATA_DIR") == nullptr) {
    std::puts("skipped: RECVEIL_DATA_DIR is not set");
    return 77;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
