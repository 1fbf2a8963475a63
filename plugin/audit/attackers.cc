#include "audit/attackers.h"

#include <algorithm>
#include <cmath>

#include "audit/split.h"
#include "core/random.h"
#include "numerics/svd.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kVectorDimension = 100;  // l of the paper
constexpr double kPositiveControl = 0.9;
constexpr std::size_t kParts = 16, kSmallestPart = 100;

double strongest_auc(const std::vector<AttackerSummary> &attackers) {
  double best = 0.5;
  for (const AttackerSummary &attacker : attackers) {
    if (std::abs(attacker.auc.value - 0.5) > std::abs(best - 0.5)) best = attacker.auc.value;
  }
  return best;
}

}  // namespace

std::shared_ptr<const attack::Knowledge> learn_items(const Interactions &people,
                                                     std::uint64_t seed) {
  return std::make_shared<const attack::Knowledge>(
      attack::Auxiliary{numerics::item_vectors(people, kVectorDimension, seed),
                        recommend::popularity(people), people});
}

Attackers fitted(const attack::Evidence &shadow, std::uint64_t seed) {
  Attackers attackers = attack::all_membership_attacks(seed);
  for (const auto &attacker : attackers) attacker->fit(shadow);
  return attackers;
}

std::vector<double> lowest_aucs(const MakeAttackers &make, const attack::Evidence &shadow,
                                const attack::Evidence &target, std::uint64_t seed) {
  const std::vector<std::uint8_t> &label = shadow->people.member, &truth = target->people.member;
  const auto members = static_cast<std::size_t>(std::count(label.begin(), label.end(), 1));
  const std::size_t fewer = std::min(members, label.size() - members);
  std::vector<double> lowest;
  for (const auto &rows : deal(label, std::clamp(fewer / kSmallestPart, 1ul, kParts), seed)) {
    const attack::Evidence part = attack::select(shadow, rows);
    const Attackers attackers = make(seed);
    lowest.resize(attackers.size(), 1);
    for (std::size_t a = 0; a < attackers.size(); ++a) {
      attackers[a]->fit(part);
      const std::vector<double> scores = attackers[a]->score(target);
      std::vector<double> in, out;
      for (std::size_t u = 0; u < scores.size(); ++u)
        (truth[u] != 0 ? in : out).push_back(scores[u]);
      lowest[a] = std::min(lowest[a], numerics::auc(in, out).value);
    }
  }
  return lowest;
}

attack::Population with_random_labels(const attack::Population &population, std::uint64_t seed) {
  std::vector<std::uint32_t> members;
  for (std::uint32_t u = 0; u < population.member.size(); ++u) {
    if (population.member[u] != 0) members.push_back(u);
  }
  attack::Population out;
  out.histories = population.histories.select(members);
  out.lists = population.lists.select(members);
  out.member.assign(members.size(), 0);
  std::fill_n(out.member.begin(), members.size() / 2, std::uint8_t{1});
  Rng rng(seed, 11);
  rng.shuffle(out.member);
  return out;
}

Controls judge_controls(const std::vector<double> &positive,
                        const std::vector<AttackerSummary> &negative, double margin) {
  Controls out;
  out.positive_auc = *std::max_element(positive.begin(), positive.end());
  out.positive_passed = out.positive_auc >= kPositiveControl;
  out.negative_auc = strongest_auc(negative);
  const Judgement none =
      judge(negative, {.positive_passed = true, .negative_passed = true}, margin);
  out.negative_passed = none.verdict != Verdict::leak;
  return out;
}

}  // namespace recveil::audit
