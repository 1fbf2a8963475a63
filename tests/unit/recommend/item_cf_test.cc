#include "recommend/item_cf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "recommend/co_occurrence.h"
#include "support/recommend_random.h"
#include "support/recommend_slow.h"

namespace recveil::recommend {
namespace {

using Items = std::vector<std::uint32_t>;

Interactions rows_of(std::uint32_t n_items, const std::vector<Items> &rows) {
  Interactions out;
  out.n_items = n_items;
  for (const Items &row : rows) out.append(row);
  return out;
}

std::vector<float> scores_of(const Recommender &model, const Items &history) {
  std::vector<float> scores(model.n_items(), -1);
  model.score(history, scores);
  return scores;
}

// Items 0 and 1 have degree 2, item 2 degree 3; c_01 = 1, c_02 = 2, c_12 = 1; nobody has item 3.
Interactions by_hand() {
  return rows_of(4, {{0, 1, 2}, {2, 0}, {1}, {2}});
}

TEST(ItemCf, ScoresByHand) {
  const auto model = train_item_cf(by_hand());
  EXPECT_EQ(model->n_items(), 4u);
  const std::vector<float> one = scores_of(*model, {0});
  EXPECT_FLOAT_EQ(one[0], 0);
  EXPECT_FLOAT_EQ(one[1], 0.5F);         // 1 / sqrt(2 * 2)
  EXPECT_FLOAT_EQ(one[2], 0.81649658F);  // 2 / sqrt(2 * 3)
  EXPECT_FLOAT_EQ(one[3], 0);
  const std::vector<float> two = scores_of(*model, {0, 1});
  EXPECT_FLOAT_EQ(two[0], 0.5F);  // only from item 1: the diagonal is 0
  EXPECT_FLOAT_EQ(two[1], 0.5F);
  EXPECT_FLOAT_EQ(two[2], 1.22474487F);  // 2 / sqrt(6) + 1 / sqrt(6)
}

TEST(ItemCf, AgreesWithTheDefinition) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    // 90 items: more than one word of 64 in the bookkeeping of touched counts.
    const Interactions training = support::random_interactions({.users = 70, .items = 90}, seed);
    const Interactions others =
        support::random_interactions({.users = 20, .items = 90}, seed + 100);
    const auto model = train_item_cf(training);
    const auto similarity = support::slow_similarity(training);
    for (const Interactions &asked : {training, others}) {
      for (std::size_t user = 0; user < asked.n_users(); ++user) {
        const Items history(asked.row(user).begin(), asked.row(user).end());
        const std::vector<double> expected = support::slow_item_cf_scores(similarity, history);
        const std::vector<float> scores = scores_of(*model, history);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          // At most 45 terms in double, then one rounding to float: half an ulp and a little.
          const double tolerance = expected[i] * 0x1p-23;
          ASSERT_NEAR(static_cast<double>(scores[i]), expected[i], tolerance)
              << "seed " << seed << " user " << user << " item " << i;
        }
      }
    }
  }
}

// Rounding to float hides nearly every change of the order of summation. These counts and degrees
// were found by search: added in the opposite order, the six terms of item 0 give another float.
TEST(ItemCf, OrderOfTheHistoryDoesNotMatter) {
  const std::vector<int> count{1, 3, 1, 14, 7, 2}, degree{7, 14, 1, 15, 10, 5};
  std::vector<Items> rows;
  for (std::uint32_t item = 1; item <= 6; ++item) {
    for (int user = 0; user < degree[item - 1]; ++user) {
      rows.push_back(user < count[item - 1] ? Items{0, item} : Items{item});
    }
  }
  const auto model = train_item_cf(rows_of(7, rows));
  Items history{1, 2, 3, 4, 5, 6};
  const std::vector<float> expected = scores_of(*model, history);
  while (std::next_permutation(history.begin(), history.end())) {
    ASSERT_EQ(scores_of(*model, history), expected);
  }
}

TEST(ItemCf, OrderOfTheTrainingUsersDoesNotMatter) {
  const Interactions training = support::random_interactions({}, 4);
  std::vector<std::uint32_t> users(training.n_users());
  std::iota(users.begin(), users.end(), 0u);
  const auto model = train_item_cf(training);
  Rng(4, 1).shuffle(users);
  const auto shuffled = train_item_cf(training.select(users));
  for (std::uint32_t item = 0; item < training.n_items; ++item) {
    ASSERT_EQ(scores_of(*model, {item}), scores_of(*shuffled, {item}));
  }
}

TEST(ItemCf, TrainedRowScoresLikeItsHistory) {
  const auto model = train_item_cf(by_hand());
  std::vector<float> scores(4);
  model->score_trained(2, Items{0, 1}, scores);
  EXPECT_EQ(scores, scores_of(*model, {0, 1}));
}

TEST(ItemCf, NothingToGoBy) {
  const std::vector<float> zeros(4, 0);
  const auto model = train_item_cf(by_hand());
  EXPECT_EQ(scores_of(*model, {}), zeros);
  EXPECT_EQ(scores_of(*model, {3}), zeros);  // nobody has it
  EXPECT_EQ(scores_of(*model, {3, 0}), scores_of(*model, {0}));
  EXPECT_EQ(scores_of(*train_item_cf(rows_of(4, {})), {0, 1, 2, 3}), zeros);
  EXPECT_EQ(scores_of(*train_item_cf(rows_of(4, {{}, {}})), {2}), zeros);
  EXPECT_EQ(scores_of(*train_item_cf(rows_of(1, {{0}, {0}})), {0}), std::vector<float>{0});
  EXPECT_TRUE(scores_of(*train_item_cf(rows_of(0, {})), {}).empty());
}

TEST(ItemCf, RefusesWhatIsNotInTheCatalogue) {
  const auto model = train_item_cf(by_hand());
  std::vector<float> scores(4), few(3);
  EXPECT_THROW(model->score(Items{4}, scores), Error);
  EXPECT_THROW(model->score(Items{0}, few), Error);
}

TEST(CoOccurrence, CountsAgreeWithTheDefinition) {
  const Interactions rows = support::random_interactions({.users = 50, .items = 70}, 5);
  const CoOccurrence counts = co_occurrence(rows);
  for (std::uint32_t i = 0; i < rows.n_items; ++i) {
    ASSERT_EQ(counts.degree[i], support::slow_count(rows, i, i));
    std::vector<CoCount> expected;
    for (std::uint32_t j = 0; j < rows.n_items; ++j) {
      const std::uint32_t count = support::slow_count(rows, i, j);
      if (i != j && count > 0) expected.push_back({j, count});
    }
    ASSERT_TRUE(std::ranges::equal(counts.row(i), expected)) << "row " << i;
  }
}

TEST(CoOccurrence, CountsOfPartsAddUpToTheCountsOfAll) {
  const Interactions rows = support::random_interactions({.users = 80, .items = 50}, 6);
  std::vector<std::uint32_t> fold, rest;
  for (std::uint32_t user = 0; user < rows.n_users(); ++user) {
    (user % 5 == 0 ? fold : rest).push_back(user);
  }
  const auto dense = [&](const Interactions &some) {
    const CoOccurrence counts = co_occurrence(some);
    std::vector<std::uint32_t> out(std::size_t{some.n_items} * some.n_items, 0);
    for (std::size_t i = 0; i < some.n_items; ++i) {
      out[i * some.n_items + i] = counts.degree[i];
      for (const CoCount &entry : counts.row(i)) out[i * some.n_items + entry.item] = entry.count;
    }
    return out;
  };
  std::vector<std::uint32_t> left = dense(rows);
  const std::vector<std::uint32_t> taken = dense(rows.select(fold));
  for (std::size_t at = 0; at < left.size(); ++at) left[at] -= taken[at];
  EXPECT_EQ(left, dense(rows.select(rest)));
}

}  // namespace
}  // namespace recveil::recommend
