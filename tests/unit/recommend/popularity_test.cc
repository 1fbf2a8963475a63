#include "recommend/popularity.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "support/recommend_random.h"
#include "support/recommend_slow.h"

namespace recveil::recommend {
namespace {

TEST(Popularity, CountsTheUsersOfEachItem) {
  const Interactions rows = support::random_interactions({}, 1);
  const std::vector<std::uint64_t> counts = popularity(rows);
  ASSERT_EQ(counts.size(), rows.n_items);
  for (std::uint32_t item = 0; item < rows.n_items; ++item) {
    EXPECT_EQ(counts[item], support::slow_count(rows, item, item)) << "item " << item;
  }
}

TEST(Popularity, ScoresAreTheCountsWhateverTheHistory) {
  const Interactions rows = support::random_interactions({}, 2);
  const std::vector<std::uint64_t> counts = popularity(rows);
  const auto model = train_popularity(rows);
  EXPECT_EQ(model->n_items(), rows.n_items);
  const std::vector<float> expected(counts.begin(), counts.end());
  std::vector<float> scores(rows.n_items, -1);
  model->score({}, scores);
  EXPECT_EQ(scores, expected);
  model->score(rows.row(0), scores);
  EXPECT_EQ(scores, expected);
}

TEST(Popularity, NobodyAndNothing) {
  Interactions rows;
  rows.n_items = 3;
  EXPECT_EQ(popularity(rows), (std::vector<std::uint64_t>{0, 0, 0}));
  std::vector<float> two(2);
  EXPECT_THROW(train_popularity(rows)->score({}, two), Error);
  rows.n_items = 0;
  EXPECT_TRUE(popularity(rows).empty());
}

}  // namespace
}  // namespace recveil::recommend
