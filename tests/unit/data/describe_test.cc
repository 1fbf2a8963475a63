// The summary of a dataset small enough to count by hand.
#include "data/describe.h"

#include <gtest/gtest.h>

namespace recveil::data {
namespace {

TEST(Describe, CountsByHand) {
  Dataset data;
  data.interactions.n_items = 5;
  data.interactions.offsets = {0, 4, 5, 7, 8};
  data.interactions.items = {0, 1, 2, 3, 0, 1, 4, 2};
  data.ratings = {3, 4, 0.5f, 4, 2, 1, 1, 3};
  data.times = {0, 0, 5, 6, 7, 8, 9, 0};
  data.attributes = {{"sex", {"F", "M"}, {1, -1, 1, 0}}};
  data.injected = {0, 1, 0, 1};
  const Summary summary = summarize(data);
  EXPECT_EQ(summary.users, 4u);
  EXPECT_EQ(summary.items, 5u);
  EXPECT_EQ(summary.interactions, 8u);
  EXPECT_DOUBLE_EQ(summary.density, 0.4);
  EXPECT_DOUBLE_EQ(summary.mean_history, 2);
  EXPECT_DOUBLE_EQ(summary.median_history, 1.5);
  EXPECT_EQ(summary.max_history, 4u);
  EXPECT_DOUBLE_EQ(summary.known_times, 5.0 / 8);
  EXPECT_TRUE(summary.has_ratings);
  EXPECT_EQ(summary.least_rating, 0.5f);
  EXPECT_EQ(summary.greatest_rating, 4.0f);
  ASSERT_EQ(summary.attributes.size(), 1u);
  EXPECT_EQ(summary.attributes[0].name, "sex");
  EXPECT_EQ(summary.attributes[0].values, (std::vector<std::string>{"F", "M"}));
  EXPECT_EQ(summary.attributes[0].count, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(summary.attributes[0].unknown, 1u);
  EXPECT_EQ(summary.injected, 2u);
}

TEST(Describe, TakesTheMiddleOfAnOddNumber) {
  Dataset data;
  data.interactions.n_items = 3;
  data.interactions.offsets = {0, 3, 4, 6};
  data.interactions.items = {0, 1, 2, 0, 1, 2};
  const Summary summary = summarize(data);
  EXPECT_DOUBLE_EQ(summary.median_history, 2);
  EXPECT_DOUBLE_EQ(summary.known_times, 0);
  EXPECT_FALSE(summary.has_ratings);
}

TEST(Describe, OfNothingIsZero) {
  const Summary summary = summarize(Dataset{});
  EXPECT_EQ(summary.users, 0u);
  EXPECT_EQ(summary.density, 0);
  EXPECT_EQ(summary.mean_history, 0);
  EXPECT_EQ(summary.median_history, 0);
  EXPECT_EQ(summary.max_history, 0u);
}

}  // namespace
}  // namespace recveil::data
