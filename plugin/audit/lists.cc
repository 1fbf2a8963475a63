#include "audit/lists.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <utility>

#include "audit/attackers.h"
#include "audit/lists_control.h"
#include "audit/split.h"
#include "audit/task_pool.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

using Progress = std::function<void(double, const char *)>;
using KnowledgePointer = std::shared_ptr<const attack::Knowledge>;
using Scores = std::vector<std::vector<double>>;  // [attacker][person]

// What is attacked.
struct Case {
  attack::Population target;
  std::optional<attack::Population> shadow;
};

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

Scores attack_once(const attack::Evidence &shadow, const attack::Evidence &target,
                   std::uint64_t seed) {
  Scores out;
  for (const auto &attacker : fitted(shadow, seed)) {
    out.push_back(as_ranks(attacker->score(target), attacker->threshold()));
  }
  return out;
}

Scores attack_halves(const attack::Population &people, const KnowledgePointer &given,
                     std::uint64_t seed) {
  const auto halves = deal(people.member, 2, seed);
  Scores out;
  for (const std::size_t learnt : {0u, 1u}) {
    const std::vector<std::uint32_t> &attacked = halves[1 - learnt];
    const attack::Population shadow = select(people, halves[learnt]);
    const KnowledgePointer knowledge = given ? given : learn_items(shadow.histories, seed);
    const Scores scores = attack_once(attack::observe(knowledge, shadow),
                                      attack::observe(knowledge, select(people, attacked)), seed);
    out.resize(scores.size(), std::vector<double>(people.member.size()));
    for (std::size_t a = 0; a < scores.size(); ++a) {
      for (std::size_t i = 0; i < attacked.size(); ++i) out[a][attacked[i]] = scores[a][i];
    }
  }
  return out;
}

// The audit itself, and labels by chance.
std::array<Case, 2> make_cases(const ListsInput &input) {
  Case real{input.target, input.shadow},
      chance{with_random_labels(input.target, input.first_seed + 1), {}};
  if (input.shadow) chance.shadow = with_random_labels(*input.shadow, input.first_seed);
  return {std::move(real), std::move(chance)};
}

// Members keep their lists and the others get the most popular items. knowledge: nullptr for what
// the learnt half shows.
std::vector<double> positive_control(const ListsInput &input, const KnowledgePointer &given) {
  const auto lowest = [&](const attack::Population &shadow, const attack::Population &target) {
    const KnowledgePointer knowledge =
        given ? given : learn_items(shadow.histories, input.first_seed);
    return lowest_aucs(attack::all_membership_attacks, attack::observe(knowledge, shadow),
                       attack::observe(knowledge, target), input.first_seed);
  };
  const attack::Population target = with_popular_lists(input.target);
  if (input.shadow) return lowest(with_popular_lists(*input.shadow), target);
  const auto halves = deal(target.member, 2, input.first_seed);
  const attack::Population one = select(target, halves[0]), other = select(target, halves[1]);
  std::vector<double> out = lowest(one, other), back = lowest(other, one);
  for (std::size_t a = 0; a < out.size(); ++a) out[a] = std::min(out[a], back[a]);
  return out;
}

struct Found {
  std::array<Scores, 2> scores;  // as the cases: sums over seeds
  std::vector<double> positive;
};

// attack(case, seed) -> Scores, for both cases and all seeds on a few threads, and the control.
template <class Attack>
Found attack_over_seeds(const ListsInput &input, const KnowledgePointer &knowledge,
                        unsigned threads, const Progress &progress, Attack attack) {
  Found out;
  std::vector<Scores> runs(2 * std::size_t{input.seeds});
  run_tasks(
      runs.size() + 1, threads,
      [&](std::size_t i) {
        if (i == 0) {
          out.positive = positive_control(input, knowledge);
        } else {
          runs[i - 1] = attack((i - 1) % 2, input.first_seed + (i - 1) / 2);
        }
      },
      [&](double fraction) { progress(fraction, "attacking"); });
  out.scores = {runs[0], runs[1]};
  for (std::size_t i = 2; i < runs.size(); ++i) {
    for (std::size_t a = 0; a < runs[i].size(); ++a) {
      std::vector<double> &sum = out.scores[i % 2][a];
      std::transform(sum.begin(), sum.end(), runs[i][a].begin(), sum.begin(), std::plus<>());
    }
  }
  return out;
}

Found attack_all(const ListsInput &input, const std::array<Case, 2> &cases, unsigned threads,
                 const Progress &progress) {
  KnowledgePointer knowledge;
  if (input.auxiliary) {
    knowledge = learn_items(*input.auxiliary, input.first_seed);
  } else if (input.shadow) {
    knowledge = learn_items(input.shadow->histories, input.first_seed);
  }
  if (!input.shadow) {
    return attack_over_seeds(input, knowledge, threads, progress,
                             [&](std::size_t c, std::uint64_t seed) {
                               return attack_halves(cases[c].target, knowledge, seed);
                             });
  }
  std::array<attack::Evidence, 4> seen;  // shadow and target of each case
  run_tasks(
      seen.size(), threads,
      [&](std::size_t i) {
        const Case &now = cases[i / 2];
        seen[i] = attack::observe(knowledge, i % 2 == 0 ? *now.shadow : now.target);
      },
      [&](double fraction) { progress(fraction, "looking at histories and lists"); });
  return attack_over_seeds(input, knowledge, threads, progress,
                           [&](std::size_t c, std::uint64_t seed) {
                             return attack_once(seen[2 * c], seen[2 * c + 1], seed);
                           });
}

std::vector<AttackerSummary> summarize(const Scores &scores, const attack::Population &target) {
  std::vector<AttackerSummary> out;
  const Attackers names = attack::all_membership_attacks(0);
  for (std::size_t a = 0; a < names.size(); ++a) {
    SplitScores people;
    for (std::size_t u = 0; u < target.member.size(); ++u) {
      const bool member = target.member[u] != 0;
      const auto activity = static_cast<double>(target.histories.row(u).size());
      (member ? people.members : people.non_members).push_back(scores[a][u]);
      (member ? people.member_activity : people.non_member_activity).push_back(activity);
    }
    out.push_back(summarize_attacker(names[a]->name(), names[a]->blind(), {people}, kListsMargin));
  }
  return out;
}

void count_items(ListsReport &report) {
  const ListsInput &input = report.input;
  std::vector<std::uint8_t> named(input.target.histories.n_items, 0);  // 1 by a list, 2 or more
  const auto mark = [&](const Interactions &rows, std::uint8_t bit) {
    for (const std::uint32_t item : rows.items) named[item] |= bit;
  };
  for (const auto *people : {&input.target, input.shadow ? &*input.shadow : nullptr}) {
    if (people == nullptr) continue;
    mark(people->lists, 1);
    mark(people->histories, 2);
  }
  if (input.auxiliary) mark(*input.auxiliary, 2);
  for (const std::uint8_t by : named) {
    report.items += by != 0 ? 1 : 0;
    report.unknown += by == 1 ? 1 : 0;
  }
}

}  // namespace

ListsReport audit_lists(ListsInput input, unsigned threads, const Progress &progress) {
  const auto start = std::chrono::steady_clock::now();
  ListsReport report;
  report.input = std::move(input);
  report.pitfalls = find_pitfalls(report.input.target);
  count_items(report);

  const std::array<Case, 2> cases = make_cases(report.input);
  const Found found = attack_all(report.input, cases, threads, progress);
  const std::vector<std::uint8_t> &member = report.input.target.member;
  const auto members =
      static_cast<std::size_t>(std::count(member.begin(), member.end(), std::uint8_t{1}));
  CellReport &cell = report.cell;
  cell.attackers = summarize(found.scores[0], cases[0].target);
  cell.controls =
      judge_controls(found.positive, summarize(found.scores[1], cases[1].target), kListsMargin);
  cell.judgement = judge(cell.attackers, cell.controls, kListsMargin);
  cell.at_equal_activity = judge_at_equal_activity(cell.attackers, cell.controls, kListsMargin);
  cell.more_users =
      more_users(cell.attackers, std::min(members, member.size() - members), kListsMargin);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace recveil::audit
