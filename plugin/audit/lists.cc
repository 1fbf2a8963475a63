#include "audit/lists.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <utility>

#include "audit/attackers.h"
#include "audit/lists_control.h"
#include "audit/task_pool.h"
#include "core/random.h"

namespace recveil::audit {
namespace {

using Progress = std::function<void(double, const char *)>;
using KnowledgePointer = std::shared_ptr<const attack::Knowledge>;
using Scores = std::vector<std::vector<double>>;  // [attacker][person]

// What is attacked: the audit itself, or a control.
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

attack::Population select(const attack::Population &people,
                          const std::vector<std::uint32_t> &rows) {
  attack::Population out{people.histories.select(rows), people.lists.select(rows), {}};
  for (const std::uint32_t row : rows) out.member.push_back(people.member[row]);
  return out;
}

// Two random halves of each class.
std::array<std::vector<std::uint32_t>, 2> halves_of(const std::vector<std::uint8_t> &member,
                                                    std::uint64_t seed) {
  std::vector<std::uint32_t> rows(member.size());
  std::iota(rows.begin(), rows.end(), 0u);
  Rng(seed, 12).shuffle(rows);
  std::array<std::vector<std::uint32_t>, 2> out;
  std::array<std::size_t, 2> next{};
  for (const std::uint32_t row : rows) out[next[member[row]]++ % 2].push_back(row);
  return out;
}

Scores attack_halves(const attack::Population &people, const KnowledgePointer &given,
                     std::uint64_t seed) {
  const auto halves = halves_of(people.member, seed);
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

std::array<Case, 3> make_cases(const ListsInput &input) {
  Case real{input.target, input.shadow}, popular{with_popular_lists(input.target), {}},
      chance{with_random_labels(input.target, input.first_seed + 1), {}};
  if (input.shadow) {
    popular.shadow = with_popular_lists(*input.shadow);
    chance.shadow = with_random_labels(*input.shadow, input.first_seed);
  }
  return {std::move(real), std::move(popular), std::move(chance)};
}

// attack(case, seed) -> Scores, for all cases and seeds on a few threads; the sums over seeds.
template <class Attack>
std::array<Scores, 3> sum_over_seeds(const ListsInput &input, unsigned threads,
                                     const Progress &progress, Attack attack) {
  std::vector<Scores> runs(3 * std::size_t{input.seeds});
  run_tasks(
      runs.size(), threads,
      [&](std::size_t i) { runs[i] = attack(i % 3, input.first_seed + i / 3); },
      [&](double fraction) { progress(fraction, "attacking"); });
  std::array<Scores, 3> out{runs[0], runs[1], runs[2]};
  for (std::size_t i = 3; i < runs.size(); ++i) {
    for (std::size_t a = 0; a < runs[i].size(); ++a) {
      std::vector<double> &sum = out[i % 3][a];
      std::transform(sum.begin(), sum.end(), runs[i][a].begin(), sum.begin(), std::plus<>());
    }
  }
  return out;
}

std::array<Scores, 3> attack_all(const ListsInput &input, const std::array<Case, 3> &cases,
                                 unsigned threads, const Progress &progress) {
  KnowledgePointer knowledge;
  if (input.auxiliary) {
    knowledge = learn_items(*input.auxiliary, input.first_seed);
  } else if (input.shadow) {
    knowledge = learn_items(input.shadow->histories, input.first_seed);
  }
  if (!input.shadow) {
    return sum_over_seeds(input, threads, progress, [&](std::size_t c, std::uint64_t seed) {
      return attack_halves(cases[c].target, knowledge, seed);
    });
  }
  std::array<attack::Evidence, 6> seen;  // shadow and target of each case
  run_tasks(
      seen.size(), threads,
      [&](std::size_t i) {
        const Case &now = cases[i / 2];
        seen[i] = attack::observe(knowledge, i % 2 == 0 ? *now.shadow : now.target);
      },
      [&](double fraction) { progress(fraction, "looking at histories and lists"); });
  return sum_over_seeds(input, threads, progress, [&](std::size_t c, std::uint64_t seed) {
    return attack_once(seen[2 * c], seen[2 * c + 1], seed);
  });
}

std::vector<AttackerSummary> summarize(const Scores &scores,
                                       const std::vector<std::uint8_t> &member) {
  std::vector<AttackerSummary> out;
  const Attackers names = attack::all_membership_attacks(0);
  for (std::size_t a = 0; a < names.size(); ++a) {
    SplitScores people;
    for (std::size_t u = 0; u < member.size(); ++u) {
      (member[u] != 0 ? people.members : people.non_members).push_back(scores[a][u]);
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

  const std::array<Case, 3> cases = make_cases(report.input);
  const std::array<Scores, 3> scores = attack_all(report.input, cases, threads, progress);
  std::array<std::vector<AttackerSummary>, 3> found;
  for (std::size_t c = 0; c < found.size(); ++c) {
    found[c] = summarize(scores[c], cases[c].target.member);
  }
  const std::vector<std::uint8_t> &member = report.input.target.member;
  const auto members =
      static_cast<std::size_t>(std::count(member.begin(), member.end(), std::uint8_t{1}));
  CellReport &cell = report.cell;
  cell.controls = judge_controls(found[1], found[2], kListsMargin);
  cell.attackers = std::move(found[0]);
  cell.judgement = judge(cell.attackers, cell.controls, kListsMargin);
  cell.more_users =
      more_users(cell.attackers, std::min(members, member.size() - members), kListsMargin);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace recveil::audit
