// Factor models on public datasets, read from RECVEIL_DATA_DIR; skipped (77) without it.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "data/load.h"
#include "recommend/als.h"
#include "recommend/evaluate.h"
#include "recommend/ials.h"

namespace recveil::recommend {
namespace {

data::Dataset load(const std::string &name) {
  return data::load(name + ":" + std::getenv("RECVEIL_DATA_DIR") + "/" + name);
}

// Against 99 sampled negatives, everybody folded in.
Utility evaluate(const std::string &key, const FactorModel &model, const HoldOut &split) {
  Utility sampled;
  std::vector<float> scores(model.n_items());
  for (std::size_t user = 0; user < split.item.size(); ++user) {
    if (split.item[user] == kNoItem) continue;
    const auto history = split.history.row(user);
    model.score(history, scores);
    add_sampled(sampled, scores, split.item[user],
                sample_negatives(model.n_items(), history, split.item[user], 1, user));
  }
  testing::Test::RecordProperty(key + "_hr10", std::to_string(sampled.mean().hr10));
  testing::Test::RecordProperty(key + "_ndcg10", std::to_string(sampled.mean().ndcg10));
  return sampled.mean();
}

// The aims of the project for iALS are .71 and .43; measured .7265 and .4484, so the aims are three
// and four standard errors below (6,040 users: at most .0064 for a rate). Item-CF has .525 and .310
// on the same items, popularity .463 and .255 (ml_1m_test.cc). ALS, a tenth of the work, measured
// .7108 and .4403; its bounds are the same number of standard errors below. Options were chosen on
// the item before the last, never on the last.
TEST(MovieLens1M, FactorModelsReachTheirAims) {
  const data::Dataset dataset = load("ml-1m");
  const HoldOut split = hold_out_last(dataset.interactions, dataset.times, 1);
  const Utility ials = evaluate("ials", *train_ials(split.history, {.threads = 2}), split);
  EXPECT_EQ(ials.users, 6040u);
  EXPECT_GE(ials.hr10, 0.71);
  EXPECT_GE(ials.ndcg10, 0.43);
  const Utility als = evaluate("als", *train_als(split.history, {.threads = 2}), split);
  EXPECT_GE(als.hr10, 0.69);
  EXPECT_GE(als.ndcg10, 0.415);
}

// The weights and the regularization of Hu et al.: alpha = 4. A random item of each of the 1,884
// users with two or more is held out, so the tolerance is four standard errors: sqrt(p (1 - p) / n)
// for a hit rate, at most that of the same p for NDCG.
TEST(LastFm2K, ClassicalWeights) {
  const data::Dataset dataset = load("lastfm-2k");
  const HoldOut split = hold_out_last(dataset.interactions, dataset.times, 1);
  const IalsOptions options{.d = 32,
                            .loss = {.observed_weight = 1 + 4,
                                     .unobserved_weight = 1,
                                     .regularization = 10,
                                     .regularization_exponent = 0},
                            .sweeps = 6};
  const Utility hu = evaluate("hu", *train_ials(split.history, options), split);
  EXPECT_EQ(hu.users, 1884u);
  EXPECT_NEAR(hu.hr10, 0.7866, 0.038);
  EXPECT_NEAR(hu.ndcg10, 0.6500, 0.044);
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
