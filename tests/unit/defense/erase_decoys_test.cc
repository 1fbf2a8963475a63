#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "defense/erase/decoys.h"

namespace recveil::defense {
namespace {

// Two classes that prefer different items.
struct People {
  Interactions histories;
  std::vector<std::int32_t> cls;
  AttributeLabels labels() const { return {"gender", 2, cls}; }
};

People people(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  People out;
  out.histories.n_items = 40;
  for (std::size_t u = 0; u < n; ++u) {
    const std::int32_t cls = rng.uniform() < 0.7 ? 0 : 1;
    const double activity = rng.uniform();
    std::vector<std::uint32_t> history;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const double liked = (i < 10 && cls == 0) || (i >= 30 && cls == 1) ? 0.6 : 0.2;
      if (rng.uniform() < liked * activity) history.push_back(i);
    }
    out.histories.append(history);
    out.cls.push_back(cls);
  }
  return out;
}

// An item is absent from the list of a user who has seen it or from whom it is hidden: s + (1 - s)
// h = max_c s. In a group of n_c users the share seen has standard error .5 / sqrt(n_c): 8,000
// users, 1 of 5 groups, 30 % of them: .5 / sqrt(480) = .023, a difference .03; at 4.5 of these,
// over 200 cells, a false alarm in 700 runs. Smoothing of 20 in 480 moves shares by up to .02.
TEST(Decoys, MakeAbsenceEquallyFrequentInAllClasses) {
  const People all = people(8000, 1);
  const DecoyTable table = DecoyTable::fit(all.histories, all.labels());
  const DecoyKey key{1, 2, 3};
  std::vector<double> absent[2], seen[2];
  for (auto &of : absent) of.assign(40, 0);
  for (auto &of : seen) of.assign(40, 0);
  double count[2] = {};
  for (std::size_t u = 0; u < all.histories.n_users(); ++u) {
    const auto history = all.histories.row(u);
    if (history.size() < 6 || history.size() > 8) continue;  // within one group
    const std::int32_t cls = all.cls[u];
    const auto of = static_cast<std::size_t>(cls);
    count[of] += 1;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const bool has = std::find(history.begin(), history.end(), i) != history.end();
      seen[of][i] += has ? 1 : 0;
      absent[of][i] += has || table.hides(key, u, i, history.size(), cls) ? 1 : 0;
    }
  }
  double worst = 0, before = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    worst = std::max(worst, std::abs(absent[0][i] / count[0] - absent[1][i] / count[1]));
    before = std::max(before, std::abs(seen[0][i] / count[0] - seen[1][i] / count[1]));
  }
  EXPECT_GT(before, 0.25);  // the control: without decoys it tells
  EXPECT_LT(worst, 0.155);
}

TEST(Decoys, AreStickyAndKeyed) {
  const People all = people(2000, 2);
  const DecoyTable table = DecoyTable::fit(all.histories, all.labels(), {.least_probability = 0});
  const DecoyKey key{7}, other{8};
  std::size_t differ = 0, hidden = 0;
  double expected = 0;
  for (std::uint64_t user = 0; user < 500; ++user) {
    for (std::uint32_t i = 0; i < 40; ++i) {
      const bool hides = table.hides(key, user, i, 7, 1);
      EXPECT_EQ(hides, table.hides(key, user, i, 7, 1));
      differ += hides != table.hides(other, user, i, 7, 1) ? 1U : 0U;
      hidden += hides ? 1U : 0U;
    }
    expected += table.expected_hidden({}, 1);
  }
  EXPECT_GT(differ, 100u);
  // A sum of 20,000 independent draws: 5 standard deviations are at most 5 sqrt(20,000 / 4) = 354.
  double sum = 0;
  for (std::uint32_t i = 0; i < 40; ++i) sum += table.hide_probability(i, 7, 1);
  EXPECT_NEAR(static_cast<double>(hidden), 500 * sum, 354);
  EXPECT_GT(expected, 0);
  EXPECT_EQ(table.hide_probability(40, 7, 1), 0);
  EXPECT_FALSE(table.hides(key, 1, 4000, 7, 1));

  // Rare decoys are left out where that is asked.
  const DecoyTable few = DecoyTable::fit(all.histories, all.labels(), {.least_probability = 0.2});
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const double with = few.hide_probability(i, 7, 1), without = table.hide_probability(i, 7, 1);
    EXPECT_EQ(with, without < 0.2 ? 0 : without) << i;
    kept += with > 0 ? 1U : 0U;
  }
  EXPECT_GT(kept, 0U);
}

TEST(Decoys, ComeBackFromTheirBytesOrAreRefused) {
  const People all = people(500, 3);
  const DecoyTable table = DecoyTable::fit(all.histories, all.labels());
  const std::vector<std::uint8_t> bytes = table.bytes();
  const DecoyTable back = DecoyTable::from_bytes(bytes);
  EXPECT_EQ(back.bytes(), bytes);
  EXPECT_EQ(back.attribute(), "gender");
  EXPECT_EQ(back.hide_probability(3, 9, 1), table.hide_probability(3, 9, 1));
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    auto bad = bytes;
    bad[at] ^= 0x10;
    EXPECT_THROW(DecoyTable::from_bytes(bad), Error) << at;
  }
  EXPECT_THROW(DecoyTable::from_bytes(std::span(bytes).first(bytes.size() - 5)), Error);

  People one = all;
  std::fill(one.cls.begin(), one.cls.end(), 1);
  EXPECT_THROW(DecoyTable::fit(one.histories, one.labels()), Error);
  EXPECT_THROW(DecoyTable::fit(all.histories, all.labels(), {.smoothing = 0}), Error);
}

}  // namespace
}  // namespace recveil::defense
