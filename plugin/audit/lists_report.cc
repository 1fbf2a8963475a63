#include "audit/lists_report.h"

#include <algorithm>
#include <utility>

#include "audit/limits.h"
#include "audit/lists_verdict.h"
#include "audit/report.h"

namespace recveil::audit {
namespace {

std::size_t members_of(const attack::Population &people) {
  return static_cast<std::size_t>(
      std::count(people.member.begin(), people.member.end(), std::uint8_t{1}));
}

Json counts(const ListsReport &report) {
  const ListsInput &input = report.input;
  Json out = {{"users", input.target.member.size()},
              {"items", report.items},
              {"interactions", input.target.histories.size()},
              {"target_members", members_of(input.target)},
              {"target_non_members", input.target.member.size() - members_of(input.target)},
              {"unknown_list_items", report.unknown}};
  if (input.shadow) {
    out["shadow_members"] = members_of(*input.shadow);
    out["shadow_non_members"] = input.shadow->member.size() - members_of(*input.shadow);
  }
  if (input.auxiliary) out["auxiliary"] = input.auxiliary->n_users();
  return out;
}

// What voids the verdict comes first.
std::vector<std::string> warnings(const ListsReport &report) {
  std::vector<std::string> out = voiding(report.checks);
  for (const Check &check : report.checks) {
    if (!check.warning.empty() && !check.voids) out.push_back(check.warning);
  }
  if (!report.input.shadow) {
    out.push_back(
        "no shadow population: the attacker knows the membership of half of these people, so this "
        "is an upper bound for one who knows nobody's");
  }
  for (const Pitfall &pitfall : report.pitfalls) {
    if (!pitfall.warning.empty()) out.push_back(pitfall.warning);
  }
  if (report.unknown > 0) {
    out.push_back(std::to_string(report.unknown) + " of " + std::to_string(report.items) +
                  " items are in lists but in no history: the attackers know nothing of them; "
                  "check that histories and lists name items alike");
  }
  return out;
}

}  // namespace

std::string to_json(const ListsReport &report) {
  const ListsInput &input = report.input;
  Json pitfalls = Json::object();
  for (const Pitfall &pitfall : report.pitfalls) {
    pitfalls[pitfall.name] = {{"members", pitfall.members},
                              {"non_members", pitfall.non_members},
                              {"auc", estimate(pitfall.auc)}};
  }
  Json out = {{"schema", "recveil.audit/1"},
              {"audit", "lists"},
              {"data", "host"},
              {"recommender", "host"},
              {"defense", "host"},
              {"adversary", "adaptive"},
              {"shadow", input.shadow ? "given" : "halves"},
              {"seeds", input.seeds},
              {"first_seed", input.first_seed},
              {"margin", kListsMargin},
              {"n", counts(report)},
              {"paired", report.paired},
              {"warnings", warnings(report)},
              {"checks", checks_json(report.checks)},
              {"groups", std::move(pitfalls)}};
  out.update(findings(report.cell, kListsMargin));
  out.update(limits("lists", report.cell.judgement.verdict));
  out["utility"] = nullptr;  // the files hold nothing out
  return with_costs(std::move(out), report.seconds).dump();
}

}  // namespace recveil::audit
