// How often a verdict is wrong, on scores whose AUC is known: members normal with mean d,
// non-members with mean 0, both with variance 1, so that the AUC is Phi(d / sqrt 2).
#include <gtest/gtest.h>

#include <vector>

#include "audit/summary.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr double kMargin = 0.05;
constexpr std::size_t kAttackers = 4, kSplits = 5;
constexpr double kAuc55 = 0.17771198098851557;  // d: scipy.stats.norm.ppf(.55) * 2**.5
constexpr double kAuc60 = 0.3582869092425833;   // d: scipy.stats.norm.ppf(.6) * 2**.5

// One audit: the first attacker sees the difference d, the others nothing.
Verdict audit(Rng &rng, double d, std::size_t per_class) {
  std::vector<AttackerSummary> attackers;
  for (std::size_t a = 0; a < kAttackers; ++a) {
    std::vector<SplitScores> splits(kSplits);
    for (SplitScores &split : splits) {
      split.threshold = d / 2;
      for (std::size_t i = 0; i < per_class; ++i) {
        split.members.push_back(rng.normal() + (a == 0 ? d : 0));
        split.non_members.push_back(rng.normal());
      }
    }
    attackers.push_back(summarize_attacker("a", false, splits, kMargin));
  }
  return judge(attackers, {.positive_passed = true, .negative_passed = true}, kMargin).verdict;
}

int count(Verdict wanted, int audits, std::uint64_t stream, double d, std::size_t per_class) {
  Rng rng(1, stream);
  int out = 0;
  for (int i = 0; i < audits; ++i) out += audit(rng, d, per_class) == wanted ? 1 : 0;
  return out;
}

// Hypothesis: with no difference at all, and with one just at the margin (AUC .55), an audit says
// leak with probability at most 5 %. n = 200 audits each; more than 33 are then a false alarm of
// this test with probability below 1e-9 (scipy.stats.binom.isf(1e-9, 200, .05) = 33).
TEST(AuditVerdicts, ALeakIsRarelySeenWhereThereIsNone) {
  EXPECT_LE(count(Verdict::leak, 200, 1, 0, 200), 33);
  EXPECT_LE(count(Verdict::leak, 200, 2, kAuc55, 200), 33);
}

// Hypothesis: an AUC of .6 with 2,000 members and 2,000 non-members in each of five splits is
// called a leak with probability at least .999. n = 30; more than 4 misses: probability below 2e-10
// (scipy.stats.binom.sf(4, 30, .001)).
TEST(AuditVerdicts, APlantedLeakIsFound) {
  EXPECT_GE(count(Verdict::leak, 30, 3, kAuc60, 2000), 26);
}

// Hypothesis: where there is nothing, the same audit says so with probability at least .999.
TEST(AuditVerdicts, NoLeakIsFoundWhereThereIsNone) {
  EXPECT_GE(count(Verdict::no_leak_found, 30, 4, 0, 2000), 26);
}

}  // namespace
}  // namespace recveil::audit
