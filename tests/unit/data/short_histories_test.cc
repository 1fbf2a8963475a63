#include "data/short_histories.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "data/load.h"

namespace recveil::data {
namespace {

// Lengths have the probability 1 / n^2 on 2 to 19. Hypothesis: each count is binomial; 4.5 standard
// errors of 18 counts: false alarm below 2e-4.
TEST(ShortHistories, HaveLengthsOfAPowerLaw) {
  const Dataset data = load("synthetic:users=20000,items=300,seed=5,histories=2..19");
  EXPECT_EQ(data.name, "synthetic:users=20000,items=300,seed=5,histories=2..19");
  std::map<std::size_t, double> n;
  const std::size_t users = data.interactions.n_users();
  for (std::size_t u = 0; u < users; ++u) ++n[data.interactions.row(u).size()];
  double sum = 0;
  for (double length = 2; length <= 19; ++length) sum += 1 / (length * length);
  for (std::size_t length = 2; length <= 19; ++length) {
    const double p = 1 / static_cast<double>(length * length) / sum;
    const double all = static_cast<double>(users);
    EXPECT_NEAR(n[length] / all, p, 4.5 * std::sqrt(p * (1 - p) / all)) << length;
  }
  EXPECT_EQ(n.begin()->first, 2U);
  EXPECT_EQ(n.rbegin()->first, 19U);
}

TEST(ShortHistories, KeepWhatTheyKeepInOrder) {
  const Dataset whole = load("synthetic:users=500,items=200,seed=7"), cut = [&] {
    Dataset out = whole;
    cut_histories({3, 9, 60, 4}, out);
    return out;
  }();
  std::map<std::uint32_t, std::size_t> times;
  for (const std::uint32_t item : whole.interactions.items) ++times[item];
  std::vector<std::size_t> sorted;
  for (const auto &[item, n] : times) sorted.push_back(n);
  std::sort(sorted.rbegin(), sorted.rend());
  ASSERT_EQ(cut.times.size(), cut.interactions.size());
  EXPECT_EQ(cut.interactions.n_items, whole.interactions.n_items);
  for (std::size_t u = 0; u < 500; ++u) {
    const auto before = whole.interactions.row(u), after = cut.interactions.row(u);
    EXPECT_GE(after.size(), 3U);
    EXPECT_LE(after.size(), 9U);
    std::size_t at = 0, popular = 0;
    for (const std::uint32_t item : before) popular += times[item] >= sorted[59] ? 1U : 0U;
    for (std::size_t i = 0; i < after.size(); ++i) {
      while (at < before.size() && before[at] != after[i]) ++at;
      ASSERT_LT(at, before.size());
      EXPECT_EQ(cut.times[cut.interactions.offsets[u] + i],
                whole.times[whole.interactions.offsets[u] + at]);
      if (popular >= 3) {
        EXPECT_GE(times[after[i]], sorted[59]);
      }
    }
  }
}

TEST(ShortHistories, RefuseWhatIsNoRange) {
  for (const char *spec :
       {"synthetic:histories=0..3", "synthetic:histories=5..2", "synthetic:histories=5",
        "synthetic:histories=..", "synthetic:histories=2..1000001", "synthetic:top_items=5",
        "ml-1m:nowhere?top_items=3"}) {
    try {
      load(spec);
      ADD_FAILURE() << spec;
    } catch (const Error &error) {
      EXPECT_EQ(error.status(), Status::argument) << spec;
    }
  }
}

}  // namespace
}  // namespace recveil::data
