#include "defense/fold/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "defense/fold/history.h"
#include "defense/fold/rank.h"
#include "support/fold_slow.h"

namespace recveil::defense {
namespace {

TEST(KnownItems, AreTheSetOfWhatTheModelKnows) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::size_t catalogue = 1 + random() % (round % 3 == 0 ? 70000 : 40);
    std::vector<std::uint32_t> support(catalogue);
    for (auto &value : support) value = static_cast<std::uint32_t>(random() % 3);
    std::vector<std::uint32_t> history(random() % 150);
    for (auto &item : history) {
      item = static_cast<std::uint32_t>(random() % (catalogue + 10));
      if (random() % 50 == 0) item = static_cast<std::uint32_t>(random());
    }
    if (round % 4 == 0) std::sort(history.begin(), history.end());
    const std::set<std::uint32_t> all(history.begin(), history.end());
    std::vector<std::uint32_t> wanted;
    for (const std::uint32_t item : all) {
      if (item < catalogue && support[item] > 0) wanted.push_back(item);
    }
    std::vector<std::uint32_t> work(known_items_work(history.size()));
    const KnownItems known = known_items({history}, support, work.data());
    ASSERT_EQ(std::vector<std::uint32_t>(known.items.begin(), known.items.end()), wanted);
    ASSERT_EQ(known.dropped, all.size() - wanted.size());
    // With weights: the same set, each item with the largest of its weights.
    std::vector<float> weights;
    for (std::size_t i = 0; i < history.size(); ++i) {
      weights.push_back(static_cast<float>(1 + random() % 5));
    }
    const KnownItems weighted = known_items({history, weights.data()}, support, work.data());
    ASSERT_EQ(std::vector<std::uint32_t>(weighted.items.begin(), weighted.items.end()), wanted);
    ASSERT_EQ(weighted.dropped, all.size() - wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      float largest = 0;
      for (std::size_t h = 0; h < history.size(); ++h) {
        if (history[h] == wanted[i]) largest = std::max(largest, weights[h]);
      }
      ASSERT_EQ(weighted.weights[i], largest);
    }
  }
}

TEST(Ranking, IsTheSortedListCutAtK) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    std::vector<Scored> all(random() % 60);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = {static_cast<double>(random() % 7), static_cast<std::uint32_t>(2 * i)};  // with ties
      if (random() % 20 == 0) all[i].score = std::numeric_limits<double>::quiet_NaN();
    }
    const std::size_t k = random() % 70;
    std::vector<Scored> places(k);
    Ranking ranking(places.data(), k, HidesNone());
    for (const Scored &one : all) ranking.offer(one.score, one.item);
    for (Scored &one : all) {
      if (std::isnan(one.score)) one.score = -std::numeric_limits<double>::infinity();
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Scored &a, const Scored &b) { return a.score > b.score; });
    const Scored *got = ranking.finish();
    ASSERT_EQ(ranking.count(), std::min(k, all.size()));
    for (std::size_t place = 0; place < ranking.count(); ++place) {
      ASSERT_EQ(got[place].item, all[place].item) << place;
      ASSERT_EQ(got[place].score, all[place].score) << place;
    }
  }
}

struct Listed {
  std::vector<Scored> best;
  std::size_t dropped;
};

Listed rank(const FoldModel &model, const std::vector<std::uint32_t> &history,
            const std::vector<std::uint32_t> &exclude, std::size_t k, std::uint32_t floor) {
  const std::size_t n = history.size() + exclude.size();
  Carver counter(nullptr);
  (void)RankWork(counter, model, n, k);
  (void)RidgeScratch(counter, model.d());
  std::vector<char> scratch(counter.bytes());
  Carver carver(scratch.data());
  const RankWork work(carver, model, n, k);
  const RidgeScratch ridge(carver, model.d());
  Profile profile = profile_of(model, {history}, exclude, work);
  EXPECT_TRUE(model.ridge().solve(profile.known, ridge));
  profile.row = ridge.x;
  const RankedList list = rank_row(model, profile, floor, work, HidesNone());
  return {{list.best, list.best + list.count}, profile.known.dropped};
}

// More items than a block of scores, some of them in the history. Floor 4 leaves more than half of
// the items, so that all are scored in place; floor 8 a sixth.
TEST(FoldModel, RanksByTheProductWithTheRow) {
  support::FoldItems items(1500, 20, 3);
  items.table.unobserved_weight = 0.2;
  LentModel lent;
  lent.support = items.support;
  lent.factors = items.table;
  const FoldModel model(lent);
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const auto history = support::known_history(items, 10 * seed, seed);
    const std::vector<double> x = support::slow_fold_in(items, history);
    std::vector<double> scores(1500);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      for (std::size_t c = 0; c < 20; ++c) {
        scores[i] += x[c] * static_cast<double>(items.factors[i * items.stride + c]);
      }
      if (history.empty()) scores[i] = items.support[i];
    }
    // Every third item is excluded, in no order, and some more than once.
    std::vector<std::uint32_t> exclude;
    for (std::uint32_t i = 0; seed % 2 == 1 && i < 1000; ++i)
      exclude.push_back(i * 777 % 1500 / 3 * 3);
    const std::uint32_t floor = seed % 4 < 2 ? 4 : 8;
    const Listed list = rank(model, history, exclude, 40, floor);
    ASSERT_EQ(list.best.size(), 40u);
    std::set<std::uint32_t> left_out(history.begin(), history.end());
    left_out.insert(exclude.begin(), exclude.end());
    for (std::size_t place = 0; place < 40; ++place) {
      const Scored &at = list.best[place];
      ASSERT_TRUE(left_out.insert(at.item).second);
      ASSERT_GE(items.support[at.item], floor);
      ASSERT_NEAR(at.score, scores[at.item], 1e-5);
      ASSERT_LE(at.score, list.best[place > 0 ? place - 1 : 0].score);
    }
    for (std::uint32_t i = 0; i < 1500; ++i) {
      if (items.support[i] >= floor && left_out.count(i) == 0) {
        ASSERT_LE(scores[i], list.best[39].score + 1e-5);
      }
    }
  }
}

// Whatever lies in the row of an item without support, it is no part of the model.
TEST(FoldModel, ItemsWithoutSupportAreNoPart) {
  support::FoldItems items(200, 8, 4);
  items.table.unobserved_weight = 0.3;
  LentModel lent;
  lent.support = items.support;
  lent.factors = items.table;
  const std::vector<std::uint32_t> history{1, 3, 8, 60, 180};  // 3 and 8 have none
  std::vector<std::uint32_t> lists[2];
  for (auto &list : lists) {
    const FoldModel model(lent);
    const Listed ranked = rank(model, history, {}, 30, 1);
    EXPECT_EQ(ranked.dropped, 2u);
    for (const Scored &one : ranked.best) list.push_back(one.item);
    for (std::size_t i = 0; i < 200; ++i) {
      for (std::size_t c = 0; items.support[i] == 0 && c < 8; ++c) {
        items.factors[i * items.stride + c] = 1000;
      }
    }
  }
  EXPECT_EQ(lists[0], lists[1]);
}

}  // namespace
}  // namespace recveil::defense
