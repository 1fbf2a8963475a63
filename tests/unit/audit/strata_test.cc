// People judged by how active they are.
#include "audit/strata.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr Controls kSound{.positive_passed = true, .negative_passed = true};

// 400 of each class with 3, 7, 15 and 40 interactions; members with `found` score higher by one
// standard deviation.
SplitScores people(double found, std::uint64_t seed) {
  SplitScores out;
  out.name = "test";
  Rng rng(seed);
  for (const double activity : {3.0, 7.0, 15.0, 40.0}) {
    for (int i = 0; i < 400; ++i) {
      out.members.push_back(rng.normal() + (activity == found ? 1 : 0));
      out.member_activity.push_back(activity);
      out.non_members.push_back(rng.normal());
      out.non_member_activity.push_back(activity);
    }
  }
  return out;
}

// AUC .76 of 400 and 400: standard error .017, the margin of .05 is 12 away. Of the others, each
// bound is .55 at a standard error of .02: a false leak has p < .002.
TEST(Strata, FindALeakAmongAFew) {
  const auto found = judge_strata({{people(7, 1)}}, kSound, 0.05);
  ASSERT_EQ(found.size(), 4u);
  for (const Stratum &stratum : found) {
    EXPECT_EQ(stratum.members, 400u);
    EXPECT_EQ(stratum.non_members, 400u);
    ASSERT_TRUE(stratum.judgement);
    const bool leaks = stratum.judgement->verdict == Verdict::leak;
    EXPECT_EQ(leaks, stratum.least == 5) << stratum.least;
  }
  EXPECT_EQ(found[0].most, 4u);
  EXPECT_EQ(found[1].most, 9u);
  EXPECT_EQ(found[3].most, 0u);
}

TEST(Strata, SayNothingOfTooFew) {
  SplitScores few = people(0, 2);
  for (auto *activity : {&few.member_activity, &few.non_member_activity}) {
    for (std::size_t i = 0; i < activity->size(); ++i) (*activity)[i] = i < 49 ? 3 : 50;
  }
  const auto found = judge_strata({{few}}, kSound, 0.05);
  ASSERT_EQ(found.size(), 2u);  // those without people are left out
  EXPECT_EQ(found[0].members, 49u);
  EXPECT_FALSE(found[0].judgement);
  EXPECT_TRUE(found[1].judgement);
}

}  // namespace
}  // namespace recveil::audit
