#include "audit/screening_summary.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "audit/screening_breakdown.h"

namespace recveil::audit {
namespace {

using Numbers = std::vector<std::uint32_t>;
using People = std::vector<std::pair<std::string, Estimate>>;

// Decisions on n accounts of which the first so many are quarantined, and the next so many
// deferred.
std::vector<Decision> decisions(std::size_t n, std::size_t quarantined, std::size_t deferred = 0) {
  std::vector<Decision> out(n, Decision::accept);
  for (std::size_t u = 0; u < quarantined + deferred; ++u) {
    out[u] = u < quarantined ? Decision::quarantine : Decision::defer;
  }
  return out;
}

CampaignOutcome campaign(std::size_t fakes, std::size_t quarantined) {
  return outcome_of(decisions(fakes, quarantined), std::vector<std::uint8_t>(fakes, 1));
}

TEST(CampaignOutcome, CountsBothSides) {
  const std::vector<std::uint8_t> fake{1, 0, 1, 0, 1};
  const CampaignOutcome out = outcome_of(decisions(5, 2, 2), fake);
  EXPECT_EQ(out.fakes, 3u);
  EXPECT_EQ(out.fakes_quarantined, 1u);
  EXPECT_EQ(out.fakes_deferred, 1u);
  EXPECT_EQ(out.genuine, 2u);
  EXPECT_EQ(out.genuine_quarantined, 1u);
  EXPECT_EQ(out.genuine_deferred, 1u);
}

TEST(CampaignOutcome, IsCaughtFrom95PercentOn) {
  EXPECT_TRUE(campaign(20, 19).caught());
  EXPECT_FALSE(campaign(20, 18).caught());
  EXPECT_FALSE(campaign(19, 18).caught());
  EXPECT_TRUE(campaign(1, 1).caught());
  EXPECT_FALSE(campaign(0, 0).caught());
}

Numbers people(std::uint32_t first, std::uint32_t n) {
  Numbers out(n);
  std::iota(out.begin(), out.end(), first);
  return out;
}

TEST(PeopleTally, OneWhoIsScreenedTwiceCountsOnce) {
  PeopleTally all;
  for (int r = 0; r < 30; ++r) {
    PeopleTally repeat;
    repeat.add(people(0, 100), decisions(100, 0));
    all += repeat;
  }
  EXPECT_EQ(all.screened(), 3000u);
  EXPECT_EQ(all.people(), 100u);
  // 0 of 100, not 0 of 3,000: the upper bound is 1 - .025^(1/100).
  EXPECT_NEAR(all.quarantine_rate().hi, 0.0362, 0.0001);
  EXPECT_EQ(all.quarantine_rate().lo, 0);
}

TEST(PeopleTally, RepeatsThatDifferWidenTheInterval) {
  PeopleTally even, uneven;
  for (std::uint32_t r = 0; r < 10; ++r) {
    PeopleTally a, b;
    a.add(people(1000 * r, 1000), decisions(1000, 10));
    b.add(people(1000 * r, 1000), decisions(1000, r == 0 ? 100 : 0));
    even += a;
    uneven += b;
  }
  EXPECT_DOUBLE_EQ(even.quarantine_rate().value, 0.01);
  EXPECT_DOUBLE_EQ(uneven.quarantine_rate().value, 0.01);
  EXPECT_LT(even.quarantine_rate().hi, 0.0125);
  // Student's: 2.262 * sd / sqrt(10) with sd = .1 / sqrt(10) = .0316.
  EXPECT_NEAR(uneven.quarantine_rate().hi, 0.01 + 2.262 * 0.0316 / 3.162, 0.0005);
}

TEST(PeopleTally, BatchesOfARepeatAreOneObservation) {
  PeopleTally sizes, repeat;
  sizes.add(people(0, 100), decisions(100, 1, 2));
  sizes.add(people(100, 100), decisions(100, 3));
  repeat.join(sizes);
  EXPECT_EQ(repeat.repeats(), 1u);
  EXPECT_EQ(repeat.batches(), 2u);
  EXPECT_EQ(repeat.quarantined(), 4u);
  EXPECT_EQ(repeat.deferred(), 2u);
}

TEST(PeopleTally, OnlySomeOfThem) {
  PeopleTally all, other;
  all.add(people(0, 100), decisions(100, 4, 2));
  other.add(people(50, 10), decisions(10, 1));
  all += other;
  const PeopleTally some = all.only([](std::uint32_t user) { return user < 5; });
  EXPECT_EQ(some.repeats(), 1u) << "nobody of them is in the other";
  EXPECT_EQ(some.screened(), 5u);
  EXPECT_EQ(some.quarantined(), 4u);
  EXPECT_EQ(some.deferred(), 1u);
  EXPECT_EQ(all.only([](std::uint32_t) { return true; }).quarantined(), all.quarantined());
}

TEST(BreakDown, CountsEverybodyOnceByActivityAndByAge) {
  data::Dataset dataset;
  dataset.interactions.n_items = 300;
  for (const std::uint32_t n : {3u, 20u, 250u, 19u}) dataset.interactions.append(people(0, n));
  constexpr std::int64_t kDay = 86400;
  for (std::size_t e = 0; e < dataset.interactions.size(); ++e) {
    dataset.times.push_back(e < 3 ? kDay * static_cast<std::int64_t>(e + 1) : 5 * kDay);
  }
  const PeopleFacts facts = facts_of(dataset, Numbers{0, 1, 2, 3});
  EXPECT_EQ(facts.interactions, (Numbers{3, 20, 250, 19}));
  EXPECT_EQ(facts.age, (std::vector<std::int64_t>{2 * kDay, 0, 0, 0}));
  PeopleTally fresh, back;
  fresh.add(Numbers{0, 1, 2}, decisions(3, 1));
  back.add(Numbers{3}, decisions(1, 1));
  const std::vector<PeopleSource> sources{{"new", fresh}, {"back", back}, {"nobody", {}}};
  std::string told;
  for (const PeopleGroup &one : break_down(facts, sources)) {
    told += one.by + " " + one.group + " " + std::to_string(one.tally.quarantined()) + "/" +
            std::to_string(one.tally.screened()) + "; ";
  }
  EXPECT_EQ(told,
            "source new 1/3; source back 1/1; activity below 20 interactions 2/2; "
            "activity 20 to 49 interactions 0/1; activity 200 interactions and more 0/1; "
            "age below a day 1/3; age 1 to 29 days 1/1; ");
}

TEST(JudgeScreening, ByIntervals) {
  EXPECT_EQ(judge_caught({1, 0.91, 1}, 0.05), Finding::holds);
  EXPECT_EQ(judge_caught({0.94, 0.91, 0.99}, 0.05), Finding::open) << "below the bar itself";
  EXPECT_EQ(judge_caught({1, 0.89, 1}, 0.05), Finding::open) << "too few campaigns";
  EXPECT_EQ(judge_caught({0.9, 0.85, 0.949}, 0.05), Finding::fails);
  EXPECT_EQ(judge_people({0.004, 0.001, 0.019}), Finding::holds);
  EXPECT_EQ(judge_people({0.004, 0.001, 0.021}), Finding::open);
  EXPECT_EQ(judge_people({0.011, 0.005, 0.019}), Finding::open);
  EXPECT_EQ(judge_people({0.03, 0.011, 0.05}), Finding::fails);
}

PooledAttack pooled(const std::string &name, bool claimed, std::size_t campaigns,
                    std::size_t caught) {
  PooledAttack out{name, claimed, false, {}};
  out.count.campaigns = campaigns;
  out.count.caught = caught;
  return out;
}

const Controls kPassed{1, 0.5, true, true};
const People kFine{{"clean_random", {0, 0, 0.005}}};

TEST(JudgeScreening, Verdicts) {
  const std::vector<PooledAttack> fine{pooled("random", true, 200, 200),
                                       pooled("unknown_donors", false, 200, 0)};
  EXPECT_EQ(judge_screening(fine, kFine, kPassed, 0.05).verdict, Verdict::no_leak_found)
      << "what is only reported is not judged";
  EXPECT_EQ(judge_screening(fine, {}, kPassed, 0.05).verdict, Verdict::inconclusive);
  EXPECT_EQ(judge_screening(fine, {{"clean_random", {0.05, 0.02, 0.1}}}, kPassed, 0.05).verdict,
            Verdict::leak);
  EXPECT_EQ(judge_screening(fine, kFine, {0.5, 0.5, false, true}, 0.05).verdict,
            Verdict::inconclusive);

  const std::vector<PooledAttack> bad{pooled("random", true, 200, 200),
                                      pooled("segment", true, 200, 150)};
  const ScreeningJudgement judged = judge_screening(bad, kFine, kPassed, 0.05);
  EXPECT_EQ(judged.verdict, Verdict::leak);
  EXPECT_EQ(judged.failed, std::vector<std::string>{"segment"});
  EXPECT_EQ(judged.worst, 1u);
  EXPECT_DOUBLE_EQ(judged.alpha, 0.025);
  EXPECT_EQ(judge_screening(bad, kFine, {1, 0.7, true, false}, 0.05).verdict, Verdict::inconclusive)
      << "the measurement itself is off";

  const std::vector<PooledAttack> few{pooled("random", true, 18, 18)};
  EXPECT_EQ(judge_screening(few, kFine, kPassed, 0.05).open, std::vector<std::string>{"random"});
  const std::vector<PooledAttack> reported{pooled("pga", false, 200, 0)};
  EXPECT_EQ(judge_screening(reported, kFine, kPassed, 0.05).verdict, Verdict::leak)
      << "asked for alone, it is judged";
}

TEST(ScreeningControls, ScoresThatReadRandomLabelsFail) {
  SplitOutcome split;
  split.control = {0.99, true};
  CleanOutcome clean;
  clean.random_auc.assign(20, 0.5);
  clean.random_variance.assign(20, 0.001);
  EXPECT_TRUE(screening_controls({split}, {clean}).negative_passed);
  EXPECT_TRUE(screening_controls({split}, {clean}).positive_passed);
  // The standard error is sqrt(.001 / 20) = .0071.
  clean.random_auc.assign(20, 0.53);
  EXPECT_FALSE(screening_controls({split}, {clean}).negative_passed);
  clean.random_auc.assign(20, 0.5);
  clean.random_caught = true;
  EXPECT_FALSE(screening_controls({split}, {clean}).negative_passed);
  split.control = {0.85, true};
  EXPECT_FALSE(screening_controls({split}, {clean}).positive_passed);
  split.control = {0.99, false};
  EXPECT_FALSE(screening_controls({split}, {clean}).positive_passed);
}

}  // namespace
}  // namespace recveil::audit
