#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "recommend/recommender.h"
#include "support/recommend_slow.h"

namespace recveil::recommend {
namespace {

using Items = std::vector<std::uint32_t>;

Items top_k(std::vector<float> scores, const Items &seen, std::size_t k) {
  Items out{7, 7, 7};  // what was there must not matter
  top_k_unseen(scores, seen, k, out);
  return out;
}

TEST(TopKUnseen, AgreesWithAFullSort) {
  Rng rng(1);
  for (int round = 0; round < 500; ++round) {
    // Few distinct scores: many ties, zeros and negative values.
    std::vector<float> scores(1 + rng.below(60));
    for (float &score : scores) score = static_cast<float>(rng.below(8)) - 2;
    Items seen;
    for (std::uint32_t item = 0; item < scores.size(); ++item) {
      if (rng.below(4) == 0) seen.push_back(item);
    }
    rng.shuffle(seen);
    const std::size_t k = rng.below(scores.size() + 5);
    ASSERT_EQ(top_k(scores, seen, k), support::slow_top_k_unseen(scores, seen, k))
        << "round " << round;
  }
}

TEST(TopKUnseen, TiesGoToTheLowerItem) {
  EXPECT_EQ(top_k({1, 3, 2, 3, 3}, {}, 2), (Items{1, 3}));
  EXPECT_EQ(top_k({1, 3, 2, 3, 3}, {}, 4), (Items{1, 3, 4, 2}));
}

TEST(TopKUnseen, LeavesOutTheSeenAndTheUnsupported) {
  EXPECT_EQ(top_k({5, 4, 0, -1, 3}, {0}, 5), (Items{1, 4, 3}));
  EXPECT_EQ(top_k({5, 4}, {1, 0}, 5), Items{});
  EXPECT_EQ(top_k({0, -1}, {}, 2), Items{1});
  EXPECT_EQ(top_k({std::numeric_limits<float>::quiet_NaN(), 1}, {}, 2), Items{1});
}

TEST(TopKUnseen, Lengths) {
  EXPECT_EQ(top_k({1, 2, 3}, {}, 0), Items{});
  EXPECT_EQ(top_k({1, 2, 3}, {}, 3), (Items{2, 1, 0}));
  EXPECT_EQ(top_k({1, 2, 3}, {}, 100), (Items{2, 1, 0}));
  EXPECT_EQ(top_k({1}, {}, 1), Items{0});
  EXPECT_EQ(top_k({}, {}, 10), Items{});
}

TEST(TopKUnseen, RefusesSeenItemsOutsideTheCatalogue) {
  EXPECT_THROW(top_k({1, 2, 3}, {3}, 1), Error);
}

}  // namespace
}  // namespace recveil::recommend
