// Properties that the audits rely on. The data are the same on every run; the tolerances say how
// far another seed could fall, so that a test fails for a change of the generator and not for bad
// luck.
#include "data/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "data/load.h"
#include "support/data_utility.h"

namespace recveil::data {
namespace {

constexpr double kZ = 4.75;  // one-sided false-alarm probability 1e-6 for a normal mean

std::vector<double> popularity(const Dataset &data) {
  std::vector<double> count(data.interactions.n_items, 0);
  for (const std::uint32_t item : data.interactions.items) ++count[item];
  std::sort(count.rbegin(), count.rend());
  return count;
}

TEST(Generate, IsConsistentAtEverySize) {
  for (const GenerateOptions options :
       {GenerateOptions{10, 10, 1}, GenerateOptions{500, 11, 2}, GenerateOptions{100, 99, 3},
        GenerateOptions{100, 1049, 4}, GenerateOptions{10, 1'000'000, 5}}) {
    const Dataset data = generate(options);
    const Interactions &rows = data.interactions;
    ASSERT_EQ(rows.n_users(), options.users);
    EXPECT_EQ(rows.n_items, options.items);
    EXPECT_EQ(data.user_ids.size(), options.users);
    EXPECT_EQ(data.item_ids.size(), options.items);
    EXPECT_TRUE(data.ratings.empty());
    ASSERT_EQ(data.times.size(), rows.size());
    ASSERT_EQ(data.attributes.size(), 1u);
    EXPECT_EQ(data.attributes[0].name, "group");
    EXPECT_EQ(data.attributes[0].values, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(data.attributes[0].label.size(), options.users);
    for (std::size_t u = 0; u < options.users; ++u) {
      const auto row = rows.row(u);
      EXPECT_GE(row.size(), std::min(20u, options.items / 4));
      EXPECT_LT(row.size(), std::min(400u, options.items / 2));
      EXPECT_EQ(std::set(row.begin(), row.end()).size(), row.size()) << "an item twice";
      EXPECT_LT(*std::max_element(row.begin(), row.end()), options.items);
      for (std::size_t at = rows.offsets[u] + 1; at < rows.offsets[u + 1]; ++at) {
        ASSERT_LT(data.times[at - 1], data.times[at]);
      }
    }
  }
}

TEST(Generate, IsAFunctionOfItsOptions) {
  const Dataset a = generate({100, 200, 7}), b = load("synthetic:seed=7,users=100,items=200");
  EXPECT_EQ(a.name, "synthetic:users=100,items=200,seed=7");
  EXPECT_EQ(b.name, a.name);
  EXPECT_EQ(a.interactions.items, b.interactions.items);
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.attributes[0].label, b.attributes[0].label);
  EXPECT_NE(a.interactions.items, generate({100, 200, 8}).interactions.items);
}

// Committed numbers, made by this code: they change with the generator, and with a machine that
// rounds otherwise.
TEST(Generate, IsTheSameOnEveryMachine) {
  const Dataset data = load("synthetic");
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a over whole numbers
  for (const std::uint32_t item : data.interactions.items) hash = (hash ^ item) * 0x100000001B3u;
  for (const std::int64_t time : data.times) {
    hash = (hash ^ static_cast<std::uint64_t>(time)) * 0x100000001B3u;
  }
  EXPECT_EQ(data.interactions.size(), 184413u);
  EXPECT_EQ(hash, 7685113245480722689u);
}

// Density 1 / n^2 on [20, 400): P(n < x) = (1 - 20 / x) / (1 - 20 / 400), exact for a whole x, for
// n is rounded down. Dvoretzky-Kiefer-Wolfowitz, N = 3000 users: a distance over 0.049 has a
// probability below 2 exp(-2 N 0.049^2) = 1.1e-6.
TEST(Generate, SpreadsActivityFromTwentyToHundreds) {
  const Dataset data = generate({});
  std::vector<double> length;
  for (std::size_t u = 0; u < 3000; ++u) {
    length.push_back(static_cast<double>(data.interactions.row(u).size()));
  }
  std::sort(length.begin(), length.end());
  double distance = 0;
  for (const double x : {25.0, 30.0, 40.0, 60.0, 100.0, 200.0, 300.0}) {
    const auto below = std::lower_bound(length.begin(), length.end(), x) - length.begin();
    const double expected = (1 - 20 / x) / (1 - 20.0 / 400);
    distance = std::max(distance, std::abs(static_cast<double>(below) / 3000 - expected));
  }
  EXPECT_LT(distance, 0.049);
  EXPECT_GT(length.back(), 300);
}

// Long tail: the first tenth of the items has over a third of the interactions (ML-1M: 0.44), and
// popularity falls about as a power of the rank: over the middle ranks (10 to 500 of 2000) the
// slope of log count by log rank is that of Zipf's law to within what two topic laws can mix to.
TEST(Generate, HasALongTailOfPopularity) {
  const std::vector<double> count = popularity(generate({}));
  const double all = std::accumulate(count.begin(), count.end(), 0.0);
  EXPECT_GT(std::accumulate(count.begin(), count.begin() + 200, 0.0) / all, 1.0 / 3);
  const double slope = std::log(count[500] / count[10]) / std::log(501.0 / 11.0);
  EXPECT_LT(slope, -0.4);
  EXPECT_GT(slope, -1.2);
  EXPECT_GT(count.back(), 0);
}

// H0: popularity reaches at least half of the hit rate of Item-CF (mean of cf - 2 pop <= 0), tested
// on the users' paired hits, N = 3000, one-sided at 1e-6; and Item-CF finds over 0.15 on top.
TEST(Generate, HasTastesThatCollaborativeFilteringLearns) {
  const support::Hits hits = support::last_item_hits(generate({}).interactions);
  const auto n = static_cast<double>(hits.item_cf.size());
  double sum = 0, squares = 0, cf = 0;
  for (std::size_t u = 0; u < hits.item_cf.size(); ++u) {
    const double gain = hits.item_cf[u] - 2 * hits.popularity[u];
    sum += gain;
    squares += gain * gain;
    cf += hits.item_cf[u];
  }
  const double mean = sum / n, sd = std::sqrt(squares / n - mean * mean);
  EXPECT_GT(mean / (sd / std::sqrt(n)), kZ);
  EXPECT_GT(cf / n, 0.15);
  RecordProperty("item_cf_hr10", std::to_string(cf / n));
}

// Naive Bayes on the items, trained on one half of the users, tells the group of the other half.
// H0: it is right for at most 0.7 of them; N = 1500, one-sided at 1e-6: over 0.7 + kZ sqrt(0.21 /
// N) = 0.756.
TEST(Generate, HasAGroupThatTheTastesGiveAway) {
  const Dataset data = generate({});
  const Interactions &rows = data.interactions;
  const std::vector<std::int32_t> &label = data.attributes[0].label;
  std::vector<double> count[2] = {std::vector<double>(rows.n_items, 1),
                                  std::vector<double>(rows.n_items, 1)};
  for (std::size_t u = 0; u < 1500; ++u) {
    for (const std::uint32_t item : rows.row(u)) ++count[label[u]][item];
  }
  const double total[2] = {std::accumulate(count[0].begin(), count[0].end(), 0.0),
                           std::accumulate(count[1].begin(), count[1].end(), 0.0)};
  int right = 0;
  for (std::size_t u = 1500; u < 3000; ++u) {
    double evidence = 0;
    for (const std::uint32_t item : rows.row(u)) {
      evidence += std::log(count[1][item] / total[1]) - std::log(count[0][item] / total[0]);
    }
    right += (evidence > 0 ? 1 : 0) == label[u] ? 1 : 0;
  }
  EXPECT_GT(right / 1500.0, 0.7 + kZ * std::sqrt(0.21 / 1500));

  // Even odds: a binomial of N = 3000 strays over 4.9 standard deviations with probability 1e-6.
  const auto b = std::count(label.begin(), label.end(), 1);
  EXPECT_NEAR(static_cast<double>(b), 1500, 4.9 * std::sqrt(3000 * 0.25));
}

}  // namespace
}  // namespace recveil::data
