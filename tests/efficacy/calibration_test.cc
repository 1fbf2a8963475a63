// How often a whole audit is wrong: people whose best possible AUC is known, real attackers, both
// controls and the verdict. RECVEIL_SYSTEMS sets how many systems of each kind (default 4, for CI;
// the sweep runs 200).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "attack/evidence.h"
#include "audit/attackers.h"
#include "audit/lists_control.h"
#include "audit/summary.h"
#include "audit/task_pool.h"
#include "support/attack_broken.h"
#include "support/audit_population.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kPerClass = 2000;
constexpr double kMargin = 0.05;
// Of the rule; the attackers learn it from 4,000 people and lose a little.
constexpr double kPlanted = 0.6;

std::uint64_t systems() {
  const char *text = std::getenv("RECVEIL_SYSTEMS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 4;
}

std::vector<AttackerSummary> attack_once(const attack::Evidence &shadow,
                                         const attack::Evidence &target, const MakeAttackers &make,
                                         std::uint64_t seed) {
  std::vector<AttackerSummary> out;
  const std::vector<std::uint8_t> &member = target->people.member;
  for (const auto &attacker : make(seed)) {
    attacker->fit(shadow);
    SplitScores split;
    split.threshold = attacker->threshold();
    const std::vector<double> scores = attacker->score(target);
    for (std::size_t u = 0; u < scores.size(); ++u) {
      (member[u] != 0 ? split.members : split.non_members).push_back(scores[u]);
    }
    out.push_back(summarize_attacker(attacker->name(), attacker->blind(), {split}, kMargin));
  }
  return out;
}

struct Outcome {
  Verdict verdict;
  double auc;  // of the worst attacker
};

// best_auc: of whoever knows the rule by which the lists are made.
Outcome audit(double best_auc, const MakeAttackers &make, std::uint64_t seed) {
  support::TastePeople people(seed);
  const auto knowledge = learn_items(people.histories(500), seed);
  const attack::Population shadow = people.population(kPerClass, best_auc);
  const attack::Population target = people.population(kPerClass, best_auc);
  const auto look = [&](const attack::Population &each) {
    return attack::observe(knowledge, each);
  };
  const auto negative = attack_once(look(with_random_labels(shadow, seed)),
                                    look(with_random_labels(target, seed + 1)), make, seed);
  const auto attackers = attack_once(look(shadow), look(target), make, seed);
  Judgement judged = judge(attackers, judge_controls({1.0}, negative, kMargin), kMargin);
  // The positive control, which costs most, only ever takes an all-clear back.
  if (judged.verdict == Verdict::no_leak_found) {
    const auto positive =
        lowest_aucs(make, look(with_popular_lists(shadow)), look(with_popular_lists(target)), seed);
    judged = judge(attackers, judge_controls(positive, negative, kMargin), kMargin);
  }
  return {judged.verdict, attackers[judged.worst].auc.value};
}

std::map<Verdict, std::uint64_t> count(const char *what, double best_auc, const MakeAttackers &make,
                                       std::uint64_t first_seed) {
  std::map<Verdict, std::uint64_t> out;
  std::vector<Outcome> outcomes(systems());
  const auto one = [&](std::size_t s) { outcomes[s] = audit(best_auc, make, first_seed + s); };
  run_tasks(outcomes.size(), std::thread::hardware_concurrency(), one, [](double) {});
  double auc = 0;
  for (const Outcome &outcome : outcomes) {
    ++out[outcome.verdict];
    auc += outcome.auc / static_cast<double>(outcomes.size());
  }
  std::printf(
      "%s, %zu a class, %llu systems, worst attacker %.3f on average: leak %llu, "
      "no_leak_found %llu, inconclusive %llu\n",
      what, kPerClass, static_cast<unsigned long long>(systems()), auc,
      static_cast<unsigned long long>(out[Verdict::leak]),
      static_cast<unsigned long long>(out[Verdict::no_leak_found]),
      static_cast<unsigned long long>(out[Verdict::inconclusive]));
  return out;
}

// Hypotheses: at AUC .5 an audit says leak with probability at most 1 % and no_leak_found with at
// least 90 %, where .6 is there to be read it says leak with at least 98 %. With 200 systems the
// bars (5 %, 80 %, 95 %) are then missed by chance with probability below 3e-3
// (scipy.stats.binom.sf(10, 200, .02) = 3e-3, .sf(40, 200, .1) = 7e-6). With 4, two may miss each
// bar, which chance exceeds with probability below 4e-3 (.sf(2, 4, .1)), and seeds are fixed.
std::uint64_t allowed(double rate) {
  const auto n = static_cast<double>(systems());
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(rate * n), 2);
}

TEST(Calibration, NothingToFind) {
  auto found = count("AUC .5", 0.5, attack::all_membership_attacks, 4000);
  EXPECT_LE(found[Verdict::leak], allowed(0.05));
  EXPECT_GE(found[Verdict::no_leak_found] + allowed(0.2), systems());
}

TEST(Calibration, APlantedLeak) {
  auto found = count("AUC .6", kPlanted, attack::all_membership_attacks, 5000);
  EXPECT_GE(found[Verdict::leak] + allowed(0.05), systems());
}

// Every attacker broken in one way, on systems that leak and systems that do not: whatever the
// verdict is, it is not an all-clear.
template <class Break>
MakeAttackers broken(Break with) {
  return [with](std::uint64_t seed) {
    Attackers out;
    out.push_back(with(attack::make_logistic(), seed));
    out.push_back(with(attack::make_list_popularity(), seed));
    out.push_back(with(attack::make_popular_overlap(), seed));
    return out;
  };
}

using Inner = std::unique_ptr<attack::MembershipAttack>;

TEST(Calibration, BrokenAttackersNeverClearASystem) {
  const std::pair<const char *, MakeAttackers> kinds[] = {
      {"constant scores", broken([](Inner, std::uint64_t) -> Inner {
         return std::make_unique<support::ConstantAttack>();
       })},
      {"labels shuffled", broken([](Inner inner, std::uint64_t seed) -> Inner {
         return std::make_unique<support::ShuffledAttack>(std::move(inner), seed);
       })},
      {"wrong sign", broken([](Inner inner, std::uint64_t) -> Inner {
         return std::make_unique<support::InvertedAttack>(std::move(inner));
       })},
  };
  for (const auto &[name, make] : kinds) {
    for (const double auc : {0.5, 0.6}) {
      auto found = count(name, auc, make, 3000);
      EXPECT_EQ(found[Verdict::no_leak_found], 0u) << name << ", AUC " << auc;
    }
  }
  // The same attackers, whole, do clear it: it is the breaking that is noticed.
  auto whole = count("whole", 0.5, broken([](Inner inner, std::uint64_t) { return inner; }), 3000);
  EXPECT_GE(whole[Verdict::no_leak_found] + allowed(0.2), systems());
}

}  // namespace
}  // namespace recveil::audit
