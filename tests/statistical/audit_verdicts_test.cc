// How often a verdict is wrong, on scores whose AUC is known: members normal with mean d,
// non-members with mean 0, both with variance 1, so that the AUC is Phi(d / sqrt 2).
#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "audit/summary.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

constexpr double kMargin = 0.05;
constexpr std::size_t kAttackers = 5;
constexpr double kAuc55 = 0.17771198098851557;  // d: scipy.stats.norm.ppf(.55) * 2**.5
constexpr double kAuc60 = 0.3582869092425833;   // d: scipy.stats.norm.ppf(.6) * 2**.5

// One audit: the first attacker sees the difference d, the others nothing.
Verdict audit(Rng &rng, double d, std::size_t per_class, std::size_t n_splits) {
  std::vector<AttackerSummary> attackers;
  for (std::size_t a = 0; a < kAttackers; ++a) {
    std::vector<SplitScores> splits(n_splits);
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

int count(Verdict wanted, int audits, std::uint64_t stream, double d, std::size_t per_class,
          std::size_t n_splits) {
  Rng rng(1, stream);
  int out = 0;
  for (int i = 0; i < audits; ++i) out += audit(rng, d, per_class, n_splits) == wanted ? 1 : 0;
  return out;
}

// Hypothesis: with no difference at all, and with one just at the margin (AUC .55), an audit says
// leak with probability at most 5 %. n = 200 audits each; more than 33 are then a false alarm of
// this test with probability below 1e-9 (scipy.stats.binom.isf(1e-9, 200, .05) = 33).
TEST(AuditVerdicts, ALeakIsRarelySeenWhereThereIsNone) {
  EXPECT_LE(count(Verdict::leak, 200, 1, 0, 200, 5), 33);
  EXPECT_LE(count(Verdict::leak, 200, 2, kAuc55, 200, 5), 33);
}

// The bars of the audit: 2,000 users per class, five attackers, 200 systems. Hypotheses: where
// there is nothing, leak with probability at most 1 % and no_leak_found with at least 95 %; at AUC
// .6, leak with at least 99 %. More than 10 leaks, fewer than 160 all-clears and fewer than 190
// leaks are then false alarms with probability below 9e-6 each (scipy.stats.binom.sf(10, 200, .01)
// = 8.3e-6, .sf(40, 200, .05) = 1e-14).
TEST(AuditVerdicts, OfSystemsThatLeakAndDoNot) {
  const int false_leaks = count(Verdict::leak, 200, 3, 0, 2000, 1);
  const int clear = count(Verdict::no_leak_found, 200, 3, 0, 2000, 1);
  const int found = count(Verdict::leak, 200, 4, kAuc60, 2000, 1);
  std::printf("of 200: leak where there is none %d, no_leak_found %d, planted leaks found %d\n",
              false_leaks, clear, found);
  EXPECT_LE(false_leaks, 10);
  EXPECT_GE(clear, 160);
  EXPECT_GE(found, 190);
}

}  // namespace
}  // namespace recveil::audit
