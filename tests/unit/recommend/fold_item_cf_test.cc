#include "recommend/fold_item_cf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "recommend/item_cf.h"
#include "support/recommend_folds.h"
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

TEST(FoldCounts, EqualTrainingWithoutTheFold) {
  for (const std::uint32_t count : {2u, 5u, 8u}) {
    const auto people =
        support::deal(support::random_interactions({.users = 90, .items = 70}, count), count, 1);
    const FoldCounts folds(people.rows, people.folds());
    ASSERT_EQ(folds.count(), count);
    for (std::uint32_t fold = 0; fold < count; ++fold) {
      const Interactions members = without_folds(people.rows, people.folds(), fold, fold + 1);
      EXPECT_EQ(folds.without(fold), co_occurrence(members)) << fold << " of " << count;
      EXPECT_EQ(folds.model(fold).support, support(members));
      EXPECT_LT(members.n_users(), people.rows.n_users());  // or nothing was left out
    }
  }
}

TEST(FoldCounts, AFoldWithoutPeople) {
  const Interactions rows = rows_of(3, {{0, 1}, {1, 2}});
  const Items fold{0, 0};
  const FoldCounts folds(rows, {fold, 3});
  EXPECT_EQ(folds.without(1), co_occurrence(rows));
  EXPECT_EQ(folds.without(0), co_occurrence(rows_of(3, {})));
  EXPECT_EQ(folds.model(0).support, Items(3, 0));
}

// Weights are symmetric, and each is one rounding away from its definition.
TEST(ItemCfModel, AgreesWithTheDefinition) {
  const Interactions rows = support::random_interactions({.users = 70, .items = 60}, 3);
  const FoldModel model = item_cf_model(co_occurrence(rows));
  const auto similarity = support::slow_similarity(rows);
  EXPECT_EQ(model.support, support(rows));
  EXPECT_FALSE(model.has_factors());
  std::size_t weights = 0;
  for (std::uint32_t j = 0; j < rows.n_items; ++j) {
    std::vector<float> row(rows.n_items, 0);
    for (auto at = model.weights.offsets[j]; at < model.weights.offsets[j + 1]; ++at, ++weights) {
      row[model.weights.items[at]] = model.weights.weights[at];
    }
    for (std::uint32_t i = 0; i < rows.n_items; ++i) {
      ASSERT_EQ(row[i], static_cast<float>(similarity[i][j])) << i << " " << j;
    }
  }
  EXPECT_EQ(weights, model.weights.items.size());
}

TEST(CoOccurrenceArithmetic, RefusesWhatCannotBe) {
  const CoOccurrence a = co_occurrence(rows_of(3, {{0, 1}})),
                     b = co_occurrence(rows_of(3, {{0, 1}, {1, 2}})),
                     c = co_occurrence(rows_of(2, {{0, 1}}));
  EXPECT_EQ(subtract(b, a), co_occurrence(rows_of(3, {{1, 2}})));
  const std::vector<CoOccurrence> parts{a, co_occurrence(rows_of(3, {{1, 2}}))}, unlike{a, c};
  EXPECT_EQ(sum(parts), b);
  EXPECT_EQ(sum({}).n_items(), 0u);
  EXPECT_THROW(subtract(a, b), Error);
  EXPECT_THROW(subtract(a, c), Error);
  EXPECT_THROW(sum(unlike), Error);
  CoOccurrence pair = a;  // the degrees fit, the pairs do not
  pair.entries[0] = {2, 1};
  EXPECT_THROW(subtract(b, pair), Error);
  pair.entries[0] = {1, 2};
  EXPECT_THROW(subtract(b, pair), Error);
}

// Bit by bit, for 40 users, of whom some hold items that nobody else holds.
TEST(LeaveOneOut, EqualsRetrainingWithoutTheUser) {
  const auto people =
      support::deal(support::random_interactions({.users = 80, .items = 150}, 4), 2, 1);
  const LeaveOneOut folded(people.rows);
  std::size_t alone = 0;
  for (std::size_t user = 0; user < 80; user += 2) {
    const Interactions others = people.without(user).rows;
    const auto retrained = train_item_cf(others);
    const auto row = people.rows.row(user);
    Items later(row.begin() + 1, row.end());  // the current history is not the training history
    for (std::uint32_t item = 0; item < 150; item += 37) {
      if (!support::holds(row, item)) later.push_back(item);
    }
    const Items held = support(others);
    for (const auto &history : {Items(row.begin(), row.end()), later}) {
      std::vector<float> scores(150, -1), expected(150, -1);
      folded.score(row, history, 1, scores);
      retrained->score(history, expected);
      ASSERT_EQ(scores, expected) << "user " << user;
      folded.score(row, history, 4, scores);
      for (std::size_t i = 0; i < 150; ++i) ASSERT_EQ(scores[i], held[i] < 4 ? 0 : expected[i]);
    }
    alone += std::any_of(row.begin(), row.end(), [&](auto item) { return held[item] == 0; });
  }
  EXPECT_GT(alone, 0u);
}

TEST(LeaveOneOut, RefusesWhatIsNotThere) {
  const LeaveOneOut model(rows_of(3, {{0, 1}, {1}}));
  std::vector<float> scores(3), few(2);
  EXPECT_THROW(model.score(Items{2}, {}, 1, scores), Error);  // nobody was counted with it
  EXPECT_THROW(model.score(Items{3}, {}, 1, scores), Error);
  EXPECT_THROW(model.score({}, Items{3}, 1, scores), Error);
  EXPECT_THROW(model.score({}, {}, 1, few), Error);
}

}  // namespace
}  // namespace recveil::recommend
