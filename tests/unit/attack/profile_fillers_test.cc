// Each profile against its definition. Statistical tests allow five standard errors of the null
// hypothesis that the definition holds: 6e-7 of false alarm each, seeds fixed.
#include "attack/profile_fillers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "attack/profile.h"
#include "recommend/popularity.h"
#include "support/attack_ratings.h"

namespace recveil {
namespace {

using attack::Accounts;
using support::Moments;

class ProfileFillers : public testing::Test {
 protected:
  static constexpr std::uint32_t kTarget = 399;

  Accounts make(std::string_view name, std::size_t fakes, std::size_t size) const {
    return attack::make_campaign(attack::find_profile(name), {fakes, size, {kTarget}, 9}, observed_,
                                 unseen_);
  }
  // Fillers sorted from the most popular item down.
  std::vector<std::uint32_t> by_popularity() const {
    std::vector<std::uint32_t> items;
    for (std::uint32_t i = 0; i < 400; ++i) {
      if (i != kTarget && popularity_[i] > 0) items.push_back(i);
    }
    std::stable_sort(items.begin(), items.end(), [&](std::uint32_t a, std::uint32_t b) {
      return popularity_[a] > popularity_[b];
    });
    return items;
  }
  // What N(item) should be: mean with three ratings more, deviation of all below three ratings.
  Moments item_moments(std::uint32_t item) const {
    Moments m = support::slow_moments(observed_, item);
    if (m.count < 3) m.deviation = all_.deviation;
    m.mean = (m.count * m.mean + 3 * all_.mean) / (m.count + 3);
    return m;
  }
  // Sums what fillers of `fakes` give beyond the snapped draw that `expected` has for the item, in
  // standard errors; items where `skip` holds are left out.
  double surprise(const Accounts &fakes, const std::function<Moments(std::uint32_t)> &expected,
                  const std::set<std::uint32_t> &skip = {}) const {
    const std::set<float> levels(observed_.ratings.begin(), observed_.ratings.end());
    std::map<std::uint32_t, Moments> of;
    double sum = 0, variance = 0;
    for (std::size_t e = 0; e < fakes.ratings.size(); ++e) {
      const std::uint32_t item = fakes.histories.items[e];
      if (item == kTarget || skip.count(item) != 0) continue;
      if (of.count(item) == 0) of[item] = support::snapped(expected(item), levels);
      sum += double{fakes.ratings[e]} - of[item].mean;
      variance += of[item].deviation * of[item].deviation;
    }
    return sum / std::sqrt(variance);
  }

  const Accounts observed_ = support::rated_accounts(1), unseen_ = support::rated_accounts(2);
  const std::vector<std::uint64_t> popularity_ = recommend::popularity(observed_.histories);
  const Moments all_ = support::slow_moments(observed_, support::kAll);
};

// The deviation of `random` ratings: n = 200 x 40 fillers, standard error of a deviation below
// deviation / sqrt(n) for the short tails of a clamped normal.
TEST_F(ProfileFillers, RandomRatesLikeEverybodyAverageLikeTheItem) {
  const Accounts random = make("random", 200, 41), average = make("average", 200, 41);
  const auto all = [&](std::uint32_t) { return all_; };
  const auto item = [&](std::uint32_t i) { return item_moments(i); };
  EXPECT_LT(std::abs(surprise(random, all)), 5);
  EXPECT_LT(std::abs(surprise(average, item)), 5);

  double squares = 0, n = 0;
  const Moments expected =
      support::snapped(all_, {observed_.ratings.begin(), observed_.ratings.end()});
  for (std::size_t e = 0; e < random.ratings.size(); ++e) {
    if (random.histories.items[e] == kTarget) continue;
    squares += std::pow(double{random.ratings[e]} - expected.mean, 2);
    ++n;
  }
  EXPECT_NEAR(std::sqrt(squares / n), expected.deviation, 5 * expected.deviation / std::sqrt(n));

  // The two differ item by item: over the items liked least (i mod 7 = 0), `random` is far off.
  std::set<std::uint32_t> others;
  for (std::uint32_t i = 0; i < 400; ++i) {
    if (i % 7 != 0) others.insert(i);
  }
  EXPECT_LT(std::abs(surprise(average, item, others)), 5);
  EXPECT_GT(surprise(random, item, others), 5);
}

// Uniform fillers: of n = 200 x 40 a share h / m falls on the h least popular half of m items;
// within an account without replacement, which only narrows the binomial's deviation.
TEST_F(ProfileFillers, RandomIsUniform) {
  const auto items = by_popularity();
  const std::set<std::uint32_t> tail(items.begin() + static_cast<long>(items.size() / 2),
                                     items.end());
  const double share = static_cast<double>(tail.size()) / static_cast<double>(items.size());
  for (const std::string_view name : {"random", "average", "pga"}) {
    const Accounts fakes = make(name, 200, 41);
    const auto hits = static_cast<double>(
        std::count_if(fakes.histories.items.begin(), fakes.histories.items.end(),
                      [&](std::uint32_t i) { return tail.count(i) != 0; }));
    EXPECT_NEAR(hits, 8000 * share, 5 * std::sqrt(8000 * share * (1 - share))) << name;
  }
}

TEST_F(ProfileFillers, BandwagonHasTheThreeMostPopularAtTheTop) {
  const auto items = by_popularity();
  const std::set<std::uint32_t> popular(items.begin(), items.begin() + 3);
  const Accounts fakes = make("bandwagon", 200, 41);
  for (std::size_t f = 0; f < 200; ++f) {
    for (const std::uint32_t item : popular) EXPECT_EQ(support::rating_of(fakes, f, item), 5);
  }
  EXPECT_LT(std::abs(surprise(
                fakes, [&](std::uint32_t) { return all_; }, popular)),
            5);
}

TEST_F(ProfileFillers, AverageOverPopularStaysInTheTopFifth) {
  const auto items = by_popularity();
  for (const std::size_t size : {std::size_t{41}, std::size_t{121}}) {
    const std::size_t width = std::max(size - 1, items.size() / 5);
    const std::set<std::uint32_t> top(items.begin(), items.begin() + static_cast<long>(width));
    for (const std::string_view name : {"average_over_popular", "below_max"}) {
      const Accounts fakes = make(name, 100, size);
      std::set<std::uint32_t> seen(fakes.histories.items.begin(), fakes.histories.items.end());
      seen.erase(kTarget);
      EXPECT_EQ(seen, top) << name;  // all of them turn up: 100 accounts, half of them each or more
      EXPECT_LT(std::abs(surprise(fakes, [&](std::uint32_t i) { return item_moments(i); })), 5);
    }
  }
}

// One filler an account, 4000 accounts: it is a given item with probability p = popularity / sum.
// Bins: the fifths by popularity.
TEST_F(ProfileFillers, PopularitySampledFollowsPopularity) {
  const auto items = by_popularity();
  double sum = 0;
  for (const std::uint32_t item : items) sum += static_cast<double>(popularity_[item]);
  const Accounts fakes = make("popularity_sampled", 4000, 2);
  for (std::size_t fifth = 0; fifth < 5; ++fifth) {
    const std::set<std::uint32_t> bin(
        items.begin() + static_cast<long>(fifth * items.size() / 5),
        items.begin() + static_cast<long>((fifth + 1) * items.size() / 5));
    double p = 0;
    for (const std::uint32_t item : bin) p += static_cast<double>(popularity_[item]) / sum;
    const auto hits = static_cast<double>(
        std::count_if(fakes.histories.items.begin(), fakes.histories.items.end(),
                      [&](std::uint32_t i) { return bin.count(i) != 0; }));
    EXPECT_NEAR(hits, 4000 * p, 5 * std::sqrt(4000 * p * (1 - p))) << fifth;
  }
  const Accounts longer = make("popularity_sampled", 200, 41);
  EXPECT_LT(std::abs(surprise(longer, [&](std::uint32_t i) { return item_moments(i); })), 5);
}

// Six items are the paper's profile, all at the top and all alike; more are filled by popularity.
TEST_F(ProfileFillers, HidanoSharesDecoys) {
  const Accounts bare = make("hidano_naive", 10, 6), padded = make("hidano_naive", 200, 41);
  const auto first = bare.histories.row(0);
  const std::set<std::uint32_t> profile(first.begin(), first.end());
  EXPECT_EQ(profile.size(), 6u);
  for (const float rating : bare.ratings) EXPECT_EQ(rating, 5);
  for (std::size_t f = 0; f < 10; ++f) {
    const auto row = bare.histories.row(f);
    EXPECT_EQ(std::set<std::uint32_t>(row.begin(), row.end()), profile);
  }
  for (std::size_t f = 0; f < 200; ++f) {
    for (const std::uint32_t item : profile) EXPECT_EQ(support::rating_of(padded, f, item), 5);
  }
  EXPECT_LT(std::abs(surprise(
                padded, [&](std::uint32_t i) { return item_moments(i); }, profile)),
            5);
  const Accounts implicit = attack::make_campaign(attack::find_profile("hidano_naive"),
                                                  {2, 4, {kTarget}, 9}, {observed_.histories, {}});
  EXPECT_EQ(implicit.histories.size(), 8u);
}

// The nearest 40 by counting pairs; half of the fillers but 20 at most are from there, at the top.
TEST_F(ProfileFillers, SegmentIsNearTheTargets) {
  constexpr std::uint32_t kCommon = 30;  // an item with neighbours
  std::vector<std::pair<double, std::uint32_t>> near;
  for (std::uint32_t i = 0; i < 400; ++i) {
    double count = 0;
    for (std::size_t u = 0; u < 300; ++u) {
      count += !std::isnan(support::rating_of(observed_, u, i)) &&
               !std::isnan(support::rating_of(observed_, u, kCommon));
    }
    if (i != kCommon)
      near.emplace_back(-count / std::sqrt(static_cast<double>(popularity_[i]) + 5), i);
  }
  std::sort(near.begin(), near.end());
  std::set<std::uint32_t> segment;
  for (std::size_t i = 0; i < 40; ++i) segment.insert(near[i].second);
  for (const std::size_t size : {std::size_t{21}, std::size_t{101}}) {
    const Accounts fakes =
        attack::make_campaign(attack::find_profile("segment"), {20, size, {kCommon}, 9}, observed_);
    for (std::size_t f = 0; f < 20; ++f) {
      std::size_t top = 0;
      for (const std::uint32_t item : fakes.histories.row(f)) {
        const float rating = support::rating_of(fakes, f, item);
        EXPECT_TRUE(rating == 5 || rating == 1);
        if (rating != 5 || item == kCommon) continue;
        EXPECT_EQ(segment.count(item), 1u) << item;
        ++top;
      }
      EXPECT_EQ(top, std::min<std::size_t>((size - 1) / 2, 20));
    }
  }
}

// A target that nobody has still gets a segment.
TEST_F(ProfileFillers, SegmentOfANewItemIsSomePopularOnes) {
  Accounts observed = observed_;
  observed.histories.n_items = 401;
  const Accounts fakes =
      attack::make_campaign(attack::find_profile("segment"), {20, 21, {400}, 9}, observed);
  EXPECT_EQ(std::count(fakes.ratings.begin(), fakes.ratings.end(), 5.0f), 20 * 11);
}

// How many items of row f of the fakes, with their ratings, row u of the donors has.
std::size_t shared(const Accounts &fakes, std::size_t f, const Accounts &donors, std::size_t u) {
  std::size_t count = 0;
  for (const std::uint32_t item : fakes.histories.row(f)) {
    count += support::rating_of(fakes, f, item) == support::rating_of(donors, u, item);
  }
  return count;
}

// Fillers all from one donor, of whichever side; a donor has one turn while there are others.
TEST_F(ProfileFillers, CopiesAreOfOneDonorEach) {
  for (const std::string_view name : {"template_copy", "unknown_donors"}) {
    const bool unseen = name == "unknown_donors";
    const Accounts fakes = make(name, 50, 31);
    const Accounts &from = unseen ? unseen_ : observed_, &other = unseen ? observed_ : unseen_;
    std::set<std::size_t> donors;
    for (std::size_t f = 0; f < 50; ++f) {
      for (std::size_t u = 0; u < 300; ++u) {
        if (shared(fakes, f, from, u) >= 30) donors.insert(u);
        EXPECT_LT(shared(fakes, f, other, u), 30u);
      }
    }
    EXPECT_EQ(donors.size(), 50u) << name;
  }
}

// Every filler is from one of the two best matches, and each gave half.
TEST_F(ProfileFillers, MixesAreOfTwoDonors) {
  const Accounts fakes = make("user_mix", 50, 31);
  for (std::size_t f = 0; f < 50; ++f) {
    std::size_t best = 0;  // items of the best pair of donors
    for (std::size_t a = 0; a < 300; ++a) {
      if (shared(fakes, f, observed_, a) < 15) continue;
      EXPECT_LT(shared(fakes, f, observed_, a), 30u);
      for (std::size_t b = 0; b < a; ++b) {
        if (shared(fakes, f, observed_, b) < 15) continue;
        std::size_t both = 0;
        for (const std::uint32_t item : fakes.histories.row(f)) {
          const float rating = support::rating_of(fakes, f, item);
          both += rating == support::rating_of(observed_, a, item) ||
                  rating == support::rating_of(observed_, b, item);
        }
        best = std::max(best, both);
      }
    }
    EXPECT_GE(best, 30u) << f;
  }
}

// With donors of five items each, a copy has five and its target.
TEST_F(ProfileFillers, ShortDonorsMakeShortCopies) {
  Accounts observed;
  observed.histories.n_items = 400;
  for (std::uint32_t u = 0; u < 20; ++u) {
    std::vector<std::uint32_t> row;
    for (std::uint32_t i = 0; i < 5; ++i) row.push_back(5 * u + i);
    observed.histories.append(row);
  }
  const attack::Campaign campaign{8, 40, {kTarget}, 9};
  const auto sizes = [&](std::string_view name) {
    return attack::make_campaign(attack::find_profile(name), campaign, observed).histories.size();
  };
  EXPECT_EQ(sizes("template_copy"), 8u * 6);
  EXPECT_EQ(sizes("user_mix"), 8u * 11);
}

}  // namespace
}  // namespace recveil
