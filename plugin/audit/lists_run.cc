#include "audit/lists_run.h"

#include <algorithm>
#include <utility>

#include "audit/attackers.h"
#include "audit/lists_control.h"
#include "audit/persons.h"
#include "audit/task_pool.h"

namespace recveil::audit {
namespace {

using KnowledgePointer = std::shared_ptr<const attack::Knowledge>;
using PeoplePointer = std::shared_ptr<const attack::Population>;

constexpr std::size_t kShadowParts = 3;

// For each score the share of scores below it, ties half, less the share not above the threshold:
// above 0 where the score is above the threshold.
std::vector<double> as_ranks(const std::vector<double> &scores, double threshold) {
  std::vector<double> sorted = scores, out;
  std::sort(sorted.begin(), sorted.end());
  const auto cut = std::upper_bound(sorted.begin(), sorted.end(), threshold) - sorted.begin();
  for (const double score : scores) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), score);
    const auto twice = (first - sorted.begin()) + (last - sorted.begin()) - 2 * cut;
    out.push_back(static_cast<double>(twice) / 2 / static_cast<double>(scores.size()));
  }
  return out;
}

ListsScores attack_once(const attack::Evidence &shadow, const attack::Evidence &target,
                        std::uint64_t seed) {
  ListsScores out;
  for (const auto &attacker : fitted(shadow, seed)) {
    out.push_back(as_ranks(attacker->score(target), attacker->threshold()));
  }
  return out;
}

// People in parts, each attacked by who learnt on the others. look(rows, learnt): those rows as
// evidence, for an attacker who knows the histories of the rows `learnt`.
template <class Look>
ListsScores attack_parts(const attack::Population &people, const std::vector<std::uint32_t> &person,
                         std::size_t parts, std::uint64_t seed, Look look) {
  const auto dealt = deal_persons(people.member, person, parts, seed);
  ListsScores out;
  for (const std::vector<std::uint32_t> &attacked : dealt) {
    std::vector<std::uint32_t> learnt;
    for (const std::vector<std::uint32_t> &other : dealt) {
      if (&other != &attacked) learnt.insert(learnt.end(), other.begin(), other.end());
    }
    std::sort(learnt.begin(), learnt.end());
    const auto [shadow, target] = look(learnt, attacked);
    const ListsScores scores = attack_once(shadow, target, seed);
    out.resize(scores.size(), std::vector<double>(people.member.size()));
    for (std::size_t a = 0; a < scores.size(); ++a) {
      for (std::size_t i = 0; i < attacked.size(); ++i) out[a][attacked[i]] = scores[a][i];
    }
  }
  return out;
}

// seen: all of them, where the attacker's knowledge is given; nullptr: it comes from the part that
// is learnt on.
ListsScores attack_parts(const attack::Population &people, const attack::Evidence &seen,
                         const std::vector<std::uint32_t> &person, std::size_t parts,
                         std::uint64_t seed) {
  return attack_parts(
      people, person, parts, seed,
      [&](const std::vector<std::uint32_t> &learnt, const std::vector<std::uint32_t> &attacked) {
        if (seen) return std::pair(attack::select(seen, learnt), attack::select(seen, attacked));
        const attack::Population shadow = select(people, learnt);
        const KnowledgePointer knowledge = learn_items(shadow.histories, seed);
        return std::pair(attack::observe(knowledge, shadow),
                         attack::observe(knowledge, select(people, attacked)));
      });
}

// The audit itself, and labels by chance. Views of the input.
std::array<ListsRun::Case, 2> make_cases(const ListsInput &input) {
  const auto view = [](const attack::Population &people) {
    return PeoplePointer(std::shared_ptr<const void>(), &people);
  };
  const auto by_chance = [](const attack::Population &people, std::uint64_t seed) {
    return std::make_shared<const attack::Population>(with_random_labels(people, seed));
  };
  std::array<ListsRun::Case, 2> out;
  out[0].target = view(input.target);
  out[1].target = by_chance(input.target, input.first_seed + 1);
  if (input.shadow) {
    out[0].shadow = view(*input.shadow);
    out[1].shadow = by_chance(*input.shadow, input.first_seed);
  }
  for (ListsRun::Case &each : out) each.person = persons(each.target->histories);
  return out;
}

}  // namespace

ListsRun::ListsRun(const ListsInput &input, unsigned threads, const Progress &progress)
    : input_(input), threads_(threads), progress_(progress), cases_(make_cases(input)) {
  if (input.auxiliary) {
    knowledge_ = learn_items(*input.auxiliary, input.first_seed);
  } else if (input.shadow) {
    knowledge_ = learn_items(input.shadow->histories, input.first_seed);
  }
}

KnowledgePointer ListsRun::knowledge() const {
  return knowledge_ ? knowledge_ : learn_items(input_.target.histories, input_.first_seed);
}

ListsRun::Found ListsRun::attack() {
  look();
  Found out;
  std::vector<ListsScores> runs(2 * std::size_t{input_.seeds});
  std::vector<std::function<void()>> tasks{[&] { out.positive = positive_control(); },
                                           [&] { out.planted = planted_leak(); }};
  if (input_.shadow) tasks.push_back([&] { out.shadow = shadow_in_parts(); });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    tasks.push_back([&, i] { runs[i] = attack_case(i % 2, input_.first_seed + i / 2); });
  }
  run_tasks(
      tasks.size(), threads_, [&](std::size_t i) { tasks[i](); },
      [&](double fraction) { progress_(fraction, "attacking"); });
  out.scores = {runs[0], runs[1]};
  for (std::size_t i = 2; i < runs.size(); ++i) {
    for (std::size_t a = 0; a < runs[i].size(); ++a) {
      std::vector<double> &sum = out.scores[i % 2][a];
      std::transform(sum.begin(), sum.end(), runs[i][a].begin(), sum.begin(), std::plus<>());
    }
  }
  return out;
}

// Histories and lists as evidence, where the attacker's knowledge is the same in all runs.
void ListsRun::look() {
  if (!knowledge_) return;
  run_tasks(
      seen_.size(), threads_,
      [&](std::size_t i) {
        const Case &now = cases_[i / 2];
        const PeoplePointer &people = i % 2 == 0 ? now.shadow : now.target;
        if (people) seen_[i] = attack::observe(knowledge_, people);
      },
      [&](double fraction) { progress_(fraction, "looking at histories and lists"); });
}

ListsScores ListsRun::attack_case(std::size_t c, std::uint64_t seed) const {
  if (input_.shadow) return attack_once(seen_[2 * c], seen_[2 * c + 1], seed);
  return attack_parts(*cases_[c].target, seen_[2 * c + 1], cases_[c].person, 2, seed);
}

// Members keep their lists and the others get the most popular items.
std::vector<double> ListsRun::positive_control() const {
  const auto lowest = [&](const attack::Population &shadow, const attack::Population &target) {
    const KnowledgePointer knowledge =
        knowledge_ ? knowledge_ : learn_items(shadow.histories, input_.first_seed);
    return lowest_aucs(attack::all_membership_attacks, attack::observe(knowledge, shadow),
                       attack::observe(knowledge, target), input_.first_seed);
  };
  const attack::Population target = with_popular_lists(input_.target);
  if (input_.shadow) return lowest(with_popular_lists(*input_.shadow), target);
  const auto halves = deal_persons(target.member, cases_[0].person, 2, input_.first_seed);
  const attack::Population one = select(target, halves[0]), other = select(target, halves[1]);
  std::vector<double> out = lowest(one, other), back = lowest(other, one);
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = std::min(out[a], back[a]);
  return out;
}

// A few of the others get the most popular items, in the target as in the shadow.
ListsScores ListsRun::planted_leak() const {
  const std::uint64_t seed = input_.first_seed;
  attack::Population target = with_popular_lists(input_.target, kPlantedShare, seed);
  if (!input_.shadow) {
    const attack::Evidence seen = knowledge_ ? attack::observe(knowledge_, target) : nullptr;
    return attack_parts(target, seen, cases_[0].person, 2, seed);
  }
  return attack_once(
      attack::observe(knowledge_, with_popular_lists(*input_.shadow, kPlantedShare, seed + 1)),
      attack::observe(knowledge_, std::move(target)), seed);
}

// What the attackers make of the shadow itself: people who are like the target's, if the export
// is right.
ListsScores ListsRun::shadow_in_parts() const {
  return attack_parts(*input_.shadow, seen_[0], persons(input_.shadow->histories), kShadowParts,
                      input_.first_seed);
}

}  // namespace recveil::audit
