// The promise of cross-fit serving, as a toggle: what serves a user is bit for bit the same whether
// the user was in the training data or not. And the test of the test: trainings that break it.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recommend/als.h"
#include "recommend/fold_factors.h"
#include "recommend/fold_item_cf.h"
#include "recommend/lfm.h"
#include "support/recommend_folds.h"
#include "support/recommend_random.h"

namespace recveil::recommend {
namespace {

using support::FoldedPeople;
using support::toggle;
using support::Toggled;

constexpr std::size_t kUsers = 50;

// Two threads: their number must not matter either.
const IalsOptions kIals{.d = 6,
                        .loss = {.observed_weight = 5,
                                 .unobserved_weight = 1,
                                 .regularization = 10,
                                 .regularization_exponent = 0},
                        .sweeps = 2,
                        .threads = 2};

FoldedPeople people(std::uint32_t folds) {
  return support::deal(support::random_interactions({.users = 150, .items = 120}, 1), folds, 2);
}

// train(training, folds, fold) on the people's rows.
template <class Train>
Toggled toggle_of(std::uint32_t folds, Train train) {
  return toggle(people(folds), kUsers, [&](const FoldedPeople &some, std::uint32_t fold) {
    return train(some.rows, some.folds(), fold);
  });
}

void expect_unchanged(const Toggled &toggled) {
  EXPECT_EQ(toggled.users, kUsers);
  EXPECT_EQ(toggled.models, 0u);
  EXPECT_EQ(toggled.slates, 0u);
}

TEST(Toggle, ItemCfByFoldCounts) {
  expect_unchanged(toggle_of(5, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
    return FoldCounts(rows, folds).model(fold);
  }));
}

TEST(Toggle, FactorsFromScratch) {
  AlsOptions als;
  als.d = 6;
  als.sweeps = 2;
  IalsOptions by_frequency = kIals;
  by_frequency.loss = {};
  for (const IalsOptions &options : {kIals, by_frequency, as_ials(als)}) {
    expect_unchanged(toggle_of(5, [&](const auto &rows, const Folds &folds, std::uint32_t fold) {
      return train_one_fold(rows, folds, fold, options, 0).models[0];
    }));
  }
}

TEST(Toggle, LatentFactorModel) {
  const LfmOptions options{.d = 6, .epochs = 3};
  expect_unchanged(toggle_of(5, [&](const auto &rows, const Folds &folds, std::uint32_t fold) {
    return train_lfm_fold(without_folds(rows, folds, fold, fold + 1), options, 16);
  }));
}

TEST(Toggle, FactorsByATree) {
  for (const std::uint32_t count : {2u, 4u, 5u, 8u}) {
    expect_unchanged(toggle_of(count, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
      return train_one_fold(rows, folds, fold, kIals, 1).models[0];
    }));
  }
  AlsOptions als;
  als.d = 6;
  als.sweeps = 2;
  expect_unchanged(toggle_of(4, [&](const auto &rows, const Folds &folds, std::uint32_t fold) {
    return train_one_fold(rows, folds, fold, as_ials(als), 2).models[0];
  }));
}

// Yesterday's model of the fold, warm-started today; the user joins or leaves on both days.
TEST(Toggle, DailyRetraining) {
  expect_unchanged(toggle_of(5, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
    const FoldModel yesterday = train_one_fold(rows, folds, fold, kIals, 0).models[0];
    return warm_start(yesterday, without_folds(rows, folds, fold, fold + 1), kIals, 1);
  }));
}

TEST(Toggle, ItemCfByLeaveOneOut) {
  const FoldedPeople all = people(5);
  const LeaveOneOut with(all.rows);
  for (std::size_t k = 0; k < kUsers; ++k) {
    const std::size_t user = k * all.rows.n_users() / kUsers;
    const LeaveOneOut without(all.without(user).rows);
    std::vector<float> in(all.rows.n_items), out(all.rows.n_items);
    with.score(all.rows.row(user), all.rows.row(user), 5, in);
    without.score({}, all.rows.row(user), 5, out);
    ASSERT_EQ(in, out) << "user " << user;
  }
}

// Each fault below is one that hosts make. That the toggle sees them is what the tests above are
// worth: most of the fifty users must change, not one by luck.
void expect_caught(const Toggled &toggled) {
  EXPECT_GE(toggled.models, kUsers / 2);
  EXPECT_GE(toggled.slates, kUsers / 2);
}

TEST(ToggleCatches, ASeedThatDependsOnTheNumberOfUsers) {
  expect_caught(toggle_of(5, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
    IalsOptions options = kIals;
    options.seed = rows.n_users();
    return train_one_fold(rows, folds, fold, options, 0).models[0];
  }));
}

TEST(ToggleCatches, AWarmStartFromTheFullModel) {
  expect_caught(toggle_of(5, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
    FoldModel full;
    full.items = train_ials(rows, kIals)->item_factors();
    return warm_start(full, without_folds(rows, folds, fold, fold + 1), kIals, 1);
  }));
}

TEST(ToggleCatches, FoldsDealtOutByPlace) {
  const auto toggled = toggle(people(5), kUsers, [](const FoldedPeople &some, std::uint32_t fold) {
    std::vector<std::uint32_t> by_place(some.rows.n_users());
    for (std::size_t u = 0; u < by_place.size(); ++u) {
      by_place[u] = static_cast<std::uint32_t>(u % some.count);
    }
    return FoldCounts(some.rows, {by_place, some.count}).model(fold);
  });
  expect_caught(toggled);
}

TEST(ToggleCatches, SupportCountedOverEverybody) {
  const auto toggled = toggle_of(5, [](const auto &rows, const Folds &folds, std::uint32_t fold) {
    FoldModel model = FoldCounts(rows, folds).model(fold);
    model.support = support(rows);
    return model;
  });
  EXPECT_EQ(toggled.models, kUsers);  // the slates change only where an item crosses the floor
}

TEST(ToggleCatches, LeaveOneOutThatForgetsToLeaveOut) {
  const FoldedPeople all = people(5);
  const LeaveOneOut with(all.rows);
  std::size_t changed = 0;
  for (std::size_t k = 0; k < kUsers; ++k) {
    const std::size_t user = k * all.rows.n_users() / kUsers;
    std::vector<float> in(all.rows.n_items), out(all.rows.n_items);
    with.score({}, all.rows.row(user), 1, in);
    LeaveOneOut(all.without(user).rows).score({}, all.rows.row(user), 1, out);
    changed += in != out;
  }
  EXPECT_GE(changed, kUsers / 2);
}

}  // namespace
}  // namespace recveil::recommend
