#include "audit/lists.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "audit/attackers.h"
#include "audit/lists_run.h"
#include "audit/lists_verdict.h"
#include "audit/reasons.h"

namespace recveil::audit {
namespace {

std::vector<AttackerSummary> summarize(const ListsScores &scores,
                                       const attack::Population &target) {
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

ListsReport audit_lists(ListsInput input, unsigned threads,
                        const std::function<void(double, const char *)> &progress) {
  const auto start = std::chrono::steady_clock::now();
  ListsReport report;
  report.input = std::move(input);
  const ListsInput &given = report.input;
  report.pitfalls = find_pitfalls(given.target);
  count_items(report);

  ListsRun run(given, threads, progress);
  ExportChecks checked = check_export(given.target, given.shadow ? &*given.shadow : nullptr,
                                      *run.knowledge(), given.first_seed);
  report.paired = checked.paired;
  report.checks = std::move(checked.checks);
  const ListsRun::Found found = run.attack();
  CellReport &cell = report.cell;
  cell.attackers = summarize(found.scores[0], given.target);
  cell.controls = judge_controls(found.positive, summarize(found.scores[1], *run.cases()[1].target),
                                 kListsMargin);
  cell.judgement = judge(cell.attackers, cell.controls, kListsMargin);
  cell.at_equal_activity = judge_at_equal_activity(cell.attackers, cell.controls, kListsMargin);
  const Verdict verdict = cell.judgement.verdict;
  report.checks.push_back(planted_leak(summarize(found.planted, given.target), verdict));
  if (given.shadow) {
    report.checks.push_back(
        shadow_unlike_target(summarize(found.shadow, *given.shadow), cell.attackers, verdict));
  }
  const std::vector<std::string> faults = voiding(report.checks);
  if (!faults.empty()) {
    cell.judgement.verdict = Verdict::inconclusive;
    if (cell.at_equal_activity) cell.at_equal_activity->verdict = Verdict::inconclusive;
  }
  cell.reasons = reasons(cell.judgement, cell.controls, kListsMargin, faults);
  if (faults.empty() && too_few_people(cell.judgement, cell.controls)) {
    const std::vector<std::uint8_t> &member = given.target.member;
    const auto members =
        static_cast<std::size_t>(std::count(member.begin(), member.end(), std::uint8_t{1}));
    // Seeds steady the attacker, but make no more people.
    cell.more_users =
        more_needed(cell.attackers, std::min(members, member.size() - members), kListsMargin).users;
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace recveil::audit
