#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "defense/screen/similarity.h"
#include "support/screen_population.h"

namespace recveil::defense {
namespace {

constexpr std::size_t kPeople = 600;

// People whose features are normal and correlated with those beside them.
FeatureRow person(Rng &rng) {
  FeatureRow z{};
  double before = 0;
  for (double &x : z) {
    x = .6 * before + .8 * rng.normal();
    before = x;
  }
  return z;
}

struct Trained {
  std::vector<FeatureRow> z;
  SimilarityTest similarity;
  Trained() {
    const auto people = support::screen_people(kPeople, 1);
    Rng rng(2);
    for (std::size_t u = 0; u < kPeople; ++u) z.push_back(person(rng));
    similarity =
        SimilarityTest(people.view(), ItemHistory(people.view(), scale_of(people.view())), z);
  }
};
const Trained &trained() {
  static const Trained once;
  return once;
}

double p_of(const std::vector<FeatureRow> &group, std::vector<double> *member = nullptr) {
  std::vector<FeaturePoint> places;
  std::vector<const FeaturePoint *> pointers;
  for (const FeatureRow &z : group) places.push_back(trained().similarity.place(z));
  for (const FeaturePoint &place : places) pointers.push_back(&place);
  const GroupSimilarity out = trained().similarity.test(pointers);
  if (member != nullptr) *member = out.member;
  return out.p;
}

TEST(ScreenSimilarity, DistancesAreWhiteAndRankedAsSorted) {
  const auto &parts = trained().similarity.parts();
  const std::size_t d = parts.columns.size(), n = parts.reference.rows;
  ASSERT_EQ(n, kPeople);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t r = 0; r < n; ++r) {
        sum += static_cast<double>(parts.reference.row(r)[i] * parts.reference.row(r)[j]);
      }
      // The ridge of .05 keeps variances below 1.
      EXPECT_NEAR(sum / static_cast<double>(n), i == j ? .93 : 0, .08);
    }
  }
  Rng rng(3);
  const FeaturePoint place = trained().similarity.place(person(rng));
  std::vector<float> slow;
  for (std::size_t r = 0; r < n; ++r) {
    float sum = 0;
    for (std::size_t j = 0; j < d; ++j) {
      const float off = parts.reference.row(r)[j] - place.at[j];
      sum += off * off;
    }
    slow.push_back(sum);
  }
  std::sort(slow.begin(), slow.end());
  for (std::size_t i = 0; i < FeaturePoint::kRanks; ++i) {
    EXPECT_EQ(place.distance2[i], slow[SimilarityTest::kRank[i] - 1]);
  }
}

// H0: groups of people are not similar. 400 groups; at most .01 are below p = .01, so more than 12
// are seen with a probability below 1e-4.
TEST(ScreenSimilarity, PeopleAreNotSimilar) {
  Rng rng(4);
  int below = 0;
  for (int g = 0; g < 400; ++g) {
    std::vector<FeatureRow> group(3 + rng.below(20));
    for (FeatureRow &z : group) z = person(rng);
    below += p_of(group) <= .01 ? 1 : 0;
  }
  EXPECT_LE(below, 12);
  EXPECT_EQ(p_of({person(rng), person(rng)}), 1);
}

// Accounts of one generator, each as ordinary as the person it is made after, and strangers among
// them.
TEST(ScreenSimilarity, AccountsOfOneGeneratorAre) {
  Rng rng(5);
  for (int trial = 0; trial < 10; ++trial) {
    const FeatureRow model = person(rng);
    std::vector<FeatureRow> group;
    for (int i = 0; i < 15; ++i) {
      FeatureRow z = person(rng);
      for (std::size_t f = 0; f < kFeatures; ++f) z[f] = model[f] + .4 * z[f];
      group.push_back(z);
    }
    for (int i = 0; i < 5; ++i) group.push_back(person(rng));
    std::vector<double> member;
    EXPECT_LT(p_of(group, &member), 1e-6);
    std::sort(member.begin() + 15, member.end());
    EXPECT_GT(*std::min_element(member.begin(), member.begin() + 15), member[17]);
  }
}

TEST(ScreenSimilarity, OthersOfTheGeneratorAreFound) {
  Rng rng(6);
  const FeatureRow model = person(rng);
  std::vector<FeaturePoint> places;
  for (int i = 0; i < 30; ++i) {
    FeatureRow z = person(rng);
    if (i < 15) {
      for (std::size_t f = 0; f < kFeatures; ++f) z[f] = model[f] + .3 * z[f];
    }
    places.push_back(trained().similarity.place(z));
  }
  std::vector<const FeaturePoint *> group, candidates;
  for (std::size_t i = 0; i < 30; ++i) (i < 4 ? group : candidates).push_back(&places[i]);
  const auto p = trained().similarity.same_generator(group, candidates);
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (i < 11) {
      EXPECT_LT(p[i], .02);
    } else {
      EXPECT_GT(p[i], .001);
    }
  }
}

// Closer to the group than any trusted account is more than the first rank of 601: of a batch of
// 200 few are found by a false discovery rate of .05 otherwise. And people are not: with at most
// .001 of 3,000 at p = .001 more than 14 of them are seen with a probability below 1e-5.
TEST(ScreenSimilarity, OthersOfTheGeneratorAreBeyondTheRanksOfFewTrusted) {
  Rng rng(7);
  int people_below = 0;
  for (int trial = 0; trial < 10; ++trial) {
    const FeatureRow model = person(rng);
    std::vector<FeaturePoint> places;
    for (int i = 0; i < 309; ++i) {
      FeatureRow z = person(rng);
      if (i < 9) {
        for (std::size_t f = 0; f < kFeatures; ++f) z[f] = model[f] + .1 * z[f];
      }
      places.push_back(trained().similarity.place(z));
    }
    std::vector<const FeaturePoint *> group, candidates;
    for (std::size_t i = 0; i < places.size(); ++i) {
      (i < 4 ? group : candidates).push_back(&places[i]);
    }
    const auto p = trained().similarity.same_generator(group, candidates);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_LT(p[i], .001) << trial << " " << i;
    people_below += static_cast<int>(
        std::count_if(p.begin() + 5, p.end(), [](double one) { return one <= .001; }));
  }
  EXPECT_LE(people_below, 14);
}

}  // namespace
}  // namespace recveil::defense
