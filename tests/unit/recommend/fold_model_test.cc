#include "recommend/fold_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "recommend/fold_factors.h"
#include "recommend/fold_item_cf.h"
#include "support/recommend_folds.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using Items = std::vector<std::uint32_t>;

support::FoldedPeople people() {
  return support::deal(support::random_interactions({.users = 60, .items = 40}, 1), 2, 2);
}

// 0-1 .5, 1-2 .25, 0-3 .25; item 4 is known and alone, item 5 is not known.
FoldModel by_hand() {
  FoldModel model;
  model.support = {5, 6, 5, 1, 2, 0};
  model.weights.offsets = {0, 2, 4, 5, 6, 6, 6};
  model.weights.items = {1, 3, 0, 2, 1, 0};
  model.weights.weights = {0.5F, 0.25F, 0.5F, 0.25F, 0.25F, 0.25F};
  return model;
}

TEST(FoldRanker, ByHand) {
  const FoldModel model = by_hand();
  const FoldRanker ranker(model, 1);
  EXPECT_EQ(ranker.score(Items{0, 2}), (std::vector<double>{0, 0.75, 0, 0.25, 0, 0}));
  EXPECT_EQ(ranker.rank(Items{0, 2}, 10), (Items{1, 3, 4}));
  EXPECT_EQ(ranker.rank(Items{0, 2}, 1), Items{1});
  EXPECT_EQ(ranker.rank(Items{1}, 10), (Items{0, 2, 3, 4}));
  EXPECT_EQ(FoldRanker(model, 5).rank(Items{0}, 10), (Items{1, 2}));
  EXPECT_EQ(ranker.rank({}, 10), (Items{1, 0, 2, 4, 3}));     // by support, ties by item
  EXPECT_EQ(ranker.rank(Items{5}, 2), (Items{1, 0}));         // as if there was no history
  EXPECT_EQ(ranker.rank(Items{4}, 10), (Items{0, 1, 2, 3}));  // known, and similar to nothing
  EXPECT_TRUE(ranker.rank(Items{0}, 0).empty());
}

// What the model does not know is as if it had not been there: a private item of a non-member, one
// beyond the catalogue, one that lost its last holder.
TEST(FoldRanker, DropsWhatTheModelDoesNotKnow) {
  const FoldModel weights = by_hand();
  EXPECT_EQ(FoldRanker(weights, 1).rank(Items{9, 2, 5, 0, UINT32_MAX}, 10), (Items{1, 3, 4}));

  auto all = people();
  all.rows.n_items = 42;  // 40 and 41 are nobody's
  for (const SquaredLoss &loss : {SquaredLoss{}, SquaredLoss{1, 1, 2, 0}}) {
    const FoldFactors folds =
        train_folds(all.rows, all.folds(), {.d = 5, .loss = loss, .sweeps = 2});
    const FoldRanker ranker(folds.models[0], 1);
    EXPECT_EQ(ranker.score(Items{3, 40, 1, 100, 1}), ranker.score(Items{1, 3}));
    EXPECT_NE(ranker.score(Items{3, 1, 2}), ranker.score(Items{1, 3}));
  }
}

TEST(FoldRanker, OrderOfTheHistoryDoesNotMatter) {
  const auto all = people();
  const FoldModel factors = train_folds(all.rows, all.folds(), {.d = 5, .sweeps = 2}).models[0];
  const FoldModel weights = FoldCounts(all.rows, all.folds()).model(0);
  for (const FoldModel *model : {&factors, &weights}) {
    const FoldRanker ranker(*model, 1);
    Items history{0, 3, 7, 11, 20};
    const std::vector<double> expected = ranker.score(history);
    while (std::next_permutation(history.begin(), history.end())) {
      ASSERT_EQ(ranker.score(history), expected);
    }
  }
}

TEST(FoldRanker, RefusesNoFloor) {
  const FoldModel model = by_hand();
  EXPECT_THROW(FoldRanker(model, 0), Error);
}

}  // namespace
}  // namespace recveil::recommend
