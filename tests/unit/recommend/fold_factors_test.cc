#include "recommend/fold_factors.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "recommend/als.h"
#include "support/recommend_folds.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::dense;
using Items = std::vector<std::uint32_t>;

const SquaredLoss kHu{.observed_weight = 5,
                      .unobserved_weight = 1,
                      .regularization = 3,
                      .regularization_exponent = 0};

support::FoldedPeople people(std::uint32_t count) {
  return support::deal(support::random_interactions({.users = 60, .items = 40}, 1), count, 2);
}

Interactions members_of(const support::FoldedPeople &all, std::uint32_t fold) {
  return without_folds(all.rows, all.folds(), fold, fold + 1);
}

void expect_close(const Matrix &items, const support::DenseRows &expected) {
  EXPECT_GT(expected.norm(), 1);
  EXPECT_LE((dense(items) - expected).norm(), 1e-3 * expected.norm());
}

// One more sweep, and a warm start, against the definition in double over all pairs.
TEST(FoldFactors, SweepsAgreeWithTheDefinition) {
  const auto all = people(3);
  for (const SquaredLoss &loss : {kHu, SquaredLoss{}, SquaredLoss{1, 1, 2, 0}}) {
    const IalsOptions three{.d = 5, .loss = loss, .sweeps = 3},
        four{.d = 5, .loss = loss, .sweeps = 4};
    const FoldFactors before = train_folds(all.rows, all.folds(), three);
    const FoldFactors after = train_folds(all.rows, all.folds(), four);
    for (std::uint32_t fold = 0; fold < 3; ++fold) {
      const Interactions members = members_of(all, fold);
      const FoldModel &start = before.models[fold];
      EXPECT_EQ(start.support, support(members));
      EXPECT_EQ(start.loss.regularization, loss.regularization);
      expect_close(after.models[fold].items,
                   support::slow_sweeps(members, dense(start.items), loss, 1));
      const FoldModel warm = warm_start(start, members, three, 2);
      expect_close(warm.items, support::slow_sweeps(members, dense(start.items), loss, 2));
      EXPECT_EQ(warm.support, start.support);
    }
  }
}

// A leaf is its parent after s sweeps: one more sweep over the leaf's own members leads from the
// leaf for s to the leaf for s + 1.
TEST(FoldTree, ALeafRunsItsSweepsOnItsOwnMembers) {
  const auto all = people(4);
  const IalsOptions options{.d = 5, .loss = kHu, .sweeps = 3};
  const FoldFactors one = train_fold_tree(all.rows, all.folds(), options, 1);
  const FoldFactors two = train_fold_tree(all.rows, all.folds(), options, 2);
  ASSERT_EQ(one.models.size(), 4u);
  for (std::uint32_t fold = 0; fold < 4; ++fold) {
    const Interactions members = members_of(all, fold);
    EXPECT_EQ(one.models[fold].support, support(members));
    EXPECT_EQ(warm_start(one.models[fold], members, options, 1).items.data,
              two.models[fold].items.data);
  }
}

// Folds 0 and 1 have the same members here, so do 2 and 3: leaves of one parent come out the same,
// leaves of two parents do not, as their parents' seeds differ.
TEST(FoldTree, SiblingsShareTheirParent) {
  Interactions rows;
  rows.n_items = 40;
  const Interactions some = support::random_interactions({.users = 30, .items = 40}, 3);
  Items fold;
  for (std::size_t user = 0; user < 30; ++user) {
    for (std::uint32_t copy = 0; copy < 4; ++copy) {
      rows.append(some.row(user));
      fold.push_back(copy);
    }
  }
  const FoldFactors tree = train_fold_tree(rows, {fold, 4}, {.d = 5, .loss = kHu, .sweeps = 2}, 1);
  EXPECT_EQ(tree.models[0].items.data, tree.models[1].items.data);
  EXPECT_EQ(tree.models[2].items.data, tree.models[3].items.data);
  EXPECT_NE(tree.models[0].items.data, tree.models[2].items.data);
}

// Equal folds: the sweeps of the formula. The bar of the project: F = 4 at 1.6 times one model.
TEST(FoldTree, Cost) {
  support::FoldedPeople all;
  const Interactions some = support::random_interactions({.users = 5, .items = 40}, 4);
  all.rows.n_items = 40;
  for (std::uint32_t copy = 0; copy < 8; ++copy) {
    for (std::size_t user = 0; user < 5; ++user) all.rows.append(some.row(user));
    all.fold.insert(all.fold.end(), 5, copy);
  }
  const IalsOptions options{.d = 2, .loss = kHu, .sweeps = 6};
  const auto cost = [&](std::uint32_t count, unsigned warm_sweeps) {
    std::vector<std::uint32_t> fold = all.fold;
    for (std::uint32_t &f : fold) f %= count;
    const Folds folds{fold, count};
    return (warm_sweeps == 0 ? train_folds(all.rows, folds, options)
                             : train_fold_tree(all.rows, folds, options, warm_sweeps))
        .sweeps;
  };
  EXPECT_NEAR(cost(2, 0), 6, 1e-9);
  EXPECT_NEAR(cost(4, 0), 3 * 6, 1e-9);
  EXPECT_NEAR(cost(8, 0), 7 * 6, 1e-9);
  EXPECT_NEAR(cost(2, 1), 6, 1e-9);  // no lower nodes
  EXPECT_NEAR(cost(4, 1), 6 + 3, 1e-9);
  EXPECT_NEAR(cost(8, 1), 6 + 10, 1e-9);
  EXPECT_NEAR(cost(8, 2), 6 + 20, 1e-9);
  EXPECT_LE(cost(4, 1), 1.6 * 6);
}

TEST(FoldFactors, ThreadsDoNotMatterAndTheSeedDoes) {
  const auto all = people(5);
  const IalsOptions options{.d = 7, .sweeps = 2, .seed = 5};
  const FoldFactors folds = train_folds(all.rows, all.folds(), options);
  const FoldFactors tree = train_fold_tree(all.rows, all.folds(), options, 1);
  for (const unsigned threads : {2u, 3u, 100u}) {
    IalsOptions other = options;
    other.threads = threads;
    const FoldFactors again = train_folds(all.rows, all.folds(), other);
    const FoldFactors tree_again = train_fold_tree(all.rows, all.folds(), other, 1);
    for (std::uint32_t fold = 0; fold < 5; ++fold) {
      EXPECT_TRUE(support::same_bits(again.models[fold], folds.models[fold]));
      EXPECT_TRUE(support::same_bits(tree_again.models[fold], tree.models[fold]));
    }
  }
  IalsOptions other = options;
  other.seed = 6;
  EXPECT_NE(train_folds(all.rows, all.folds(), other).models[0].items.data,
            folds.models[0].items.data);
  EXPECT_NE(folds.models[0].items.data, folds.models[1].items.data);
}

TEST(FoldFactors, OneFoldIsTheSameAsAmongAll) {
  const auto all = people(5);
  const IalsOptions options{.d = 4, .loss = kHu, .sweeps = 2};
  for (const unsigned warm_sweeps : {0u, 1u}) {
    const FoldFactors every = warm_sweeps == 0
                                  ? train_folds(all.rows, all.folds(), options)
                                  : train_fold_tree(all.rows, all.folds(), options, warm_sweeps);
    for (std::uint32_t fold = 0; fold < 5; ++fold) {
      const FoldFactors one = train_one_fold(all.rows, all.folds(), fold, options, warm_sweeps);
      ASSERT_EQ(one.models.size(), 1u);
      EXPECT_TRUE(support::same_bits(one.models[0], every.models[fold]));
      EXPECT_LT(one.sweeps, every.sweeps);
    }
  }
}

// Items that only the fold left out holds, at the end of the catalogue: the model of that fold does
// not notice them, but for their number in lambda where the exponent is not 0.
TEST(FoldFactors, ItemsThatNoMemberHoldsDoNotMatter) {
  auto all = people(4);
  const auto train = [&] {
    return train_fold_tree(all.rows, all.folds(), {.d = 5, .loss = kHu, .sweeps = 2}, 1);
  };
  const FoldModel before = train().models[1];
  all.rows.n_items = 43;
  all.rows.append(Items{1, 40, 41, 42});
  all.fold.push_back(1);
  const FoldModel after = train().models[1];
  std::vector<float> expected = before.items.data;
  expected.resize(std::size_t{43} * 5, 0.0f);
  EXPECT_EQ(after.items.data, expected);
}

TEST(WarmStart, NewItemsAreLearnt) {
  auto all = people(3);
  const IalsOptions options{.d = 5, .loss = kHu, .sweeps = 3};
  const FoldModel yesterday = train_folds(all.rows, all.folds(), options).models[0];
  all.rows.n_items = 41;
  for (int user = 0; user < 6; ++user) {
    all.rows.append(Items{0, 1, 40});
    all.fold.push_back(1);
  }
  const FoldModel today = warm_start(yesterday, members_of(all, 0), options, 2);
  EXPECT_EQ(today.support[40], 6u);
  const std::vector<float> learnt(today.items.row(40), today.items.row(40) + 5);
  EXPECT_NE(learnt, std::vector<float>(5, 0));
}

TEST(FoldFactors, RefusesWhatIsOutOfRange) {
  const auto all = people(3);
  const IalsOptions options{.d = 3, .sweeps = 1};
  const FoldModel model = train_folds(all.rows, all.folds(), options).models[0];
  Items outside = all.fold, few(all.fold.begin(), all.fold.end() - 1);
  outside[7] = 3;
  const auto refused = [](auto call) { EXPECT_THROW(call(), Error); };
  refused([&] { train_folds(all.rows, {outside, 3}, options); });
  refused([&] { train_folds(all.rows, {few, 3}, options); });
  refused([&] { train_folds(all.rows, {all.fold, 1}, options); });
  refused([&] { train_folds(all.rows, {all.fold, kMaxFolds + 1}, options); });
  refused([&] { train_folds(all.rows, all.folds(), {.d = 0}); });
  refused([&] { train_fold_tree(all.rows, all.folds(), options, 0); });
  refused([&] { train_one_fold(all.rows, all.folds(), 3, options, 0); });
  refused([&] { warm_start(model, all.rows, options, 0); });
  refused([&] { warm_start(model, all.rows, {.d = 4}, 1); });
  Interactions fewer = all.rows;
  fewer.n_items = 39;
  refused([&] { warm_start(model, fewer, options, 1); });
  refused([&] { warm_start(FoldModel{}, all.rows, options, 1); });
}

}  // namespace
}  // namespace recveil::recommend
