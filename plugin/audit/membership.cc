#include "audit/membership.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "audit/attackers.h"
#include "audit/lists_export.h"
#include "audit/split.h"
#include "audit/systems.h"
#include "audit/task_pool.h"
#include "data/load.h"

namespace recveil::audit {
namespace {

struct SplitCell {
  std::vector<SplitScores> attackers;
  recommend::Utility members, non_members, members_99, non_members_99;
  std::vector<std::uint32_t> host_ns, pool_ns;
  std::optional<CanaryCounts> canaries;
};
struct SplitResult {
  std::vector<SplitCell> cells;       // as request.cells
  std::vector<double> positive;       // lowest_aucs()
  std::vector<SplitScores> negative;  // per attacker
};

SplitScores scores_of(const attack::MembershipAttack &attacker, const attack::Evidence &target,
                      const std::vector<std::uint8_t> &member) {
  SplitScores out;
  out.threshold = attacker.threshold();
  const std::vector<double> scores = attacker.score(target);
  for (std::size_t u = 0; u < scores.size(); ++u) {
    const auto activity = static_cast<double>(target->people.histories.row(u).size());
    (member[u] != 0 ? out.members : out.non_members).push_back(scores[u]);
    (member[u] != 0 ? out.member_activity : out.non_member_activity).push_back(activity);
  }
  return out;
}

std::vector<SplitScores> run(const Attackers &attackers, const attack::Evidence &target) {
  std::vector<SplitScores> out;
  for (const auto &attacker : attackers) {
    out.push_back(scores_of(*attacker, target, target->people.member));
  }
  return out;
}

// One split: two systems (shadow and target) served under each defence, and every attacker on them.
class SplitRun {
 public:
  SplitRun(const recveil_audit_services &library, const Request &request,
           const recommend::HoldOut &held_out, std::uint64_t seed)
      : library_(library),
        request_(request),
        held_out_(held_out),
        seed_(seed),
        split_(split_users(held_out.history, seed, request.activity == "balanced")) {}

  SplitResult operator()() {
    const Interactions auxiliary = held_out_.history.select(split_.auxiliary);
    const auto knowledge = learn_items(auxiliary, seed_);
    const auto look = [&](const attack::Population &people) {
      return attack::observe(knowledge, people);
    };
    const Systems shadow(library_, request_, held_out_, split_.shadow, seed_);
    const Systems target(library_, request_, held_out_, split_.target, seed_);
    const Served shadow_off = shadow.serve("none"), target_off = target.serve("none");
    const attack::Evidence shadow_off_seen = look(shadow_off.population);
    const attack::Evidence target_off_seen = look(target_off.population);
    const Attackers naive = fitted(shadow_off_seen, seed_);

    SplitResult result;
    result.positive =
        lowest_aucs(attack::all_membership_attacks, shadow_off_seen, target_off_seen, seed_);
    result.negative = run(fitted(look(with_random_labels(shadow_off.population, seed_)), seed_),
                          look(with_random_labels(target_off.population, seed_ + 1)));
    // A defence is served once, whoever attacks it.
    struct Defended {
      Served served;
      attack::Evidence seen;
    };
    std::map<std::pair<std::string, bool>, Defended> defended;  // bool: to a sybil too
    for (const Cell &cell : request_.cells) {
      const bool sybil = cell.adversary == "sybil";
      Defended &now = defended[{cell.defense, sybil}];
      if (!now.seen) {
        now.served = cell.defense == "none" ? target_off : target.serve(cell.defense, sybil);
        now.seen = cell.defense == "none" ? target_off_seen : look(now.served.population);
      }
      const bool adaptive = cell.defense != "none" && cell.adversary != "naive";
      const Served shadow_on = adaptive ? shadow.serve(cell.defense, sybil) : shadow_off;
      const attack::Population &learnt_on = shadow_on.population;
      std::vector<SplitScores> scores =
          adaptive ? run(fitted(look(learnt_on), seed_), now.seen) : run(naive, now.seen);
      if (sybil) {
        const auto &people = now.served.population;
        for (SplitScores &found :
             sybil_scores({shadow_on.probes, learnt_on.member, learnt_on.histories},
                          {now.served.probes, people.member, people.histories})) {
          scores.push_back(std::move(found));
        }
      }
      if (!request_.export_folder.empty() && seed_ == request_.first_seed) {
        export_lists(request_.export_folder, now.served.population, learnt_on, auxiliary);
      }
      const Served &served = now.served;
      result.cells.push_back({std::move(scores),
                              served.members,
                              served.non_members,
                              served.members_99,
                              served.non_members_99,
                              served.host_ns,
                              served.pool_ns,
                              {}});
      if (request_.canaries > 0 && seed_ == request_.first_seed && serves_any_history(cell)) {
        result.cells.back().canaries = target.canaries(cell.defense);
      }
    }
    return result;
  }

 private:
  const recveil_audit_services &library_;
  const Request &request_;
  const recommend::HoldOut &held_out_;
  const std::uint64_t seed_;
  const Split split_;
};

// pick(split): the scores of every attacker in that split, those of a sybil last.
template <class Pick>
std::vector<AttackerSummary> summarize(const std::vector<SplitResult> &splits, double margin,
                                       Pick pick) {
  std::vector<AttackerSummary> out;
  const Attackers names = attack::all_membership_attacks(0);
  for (std::size_t a = 0; a < pick(splits.front()).size(); ++a) {
    std::vector<SplitScores> scores;
    for (const SplitResult &split : splits) scores.push_back(pick(split)[a]);
    const bool sybil = a >= names.size();
    out.push_back(summarize_attacker(sybil ? kSybilAttackers[a - names.size()] : names[a]->name(),
                                     !sybil && names[a]->blind(), scores, margin));
  }
  return out;
}

Controls controls_of(const std::vector<SplitResult> &splits, double margin) {
  std::vector<double> positive = splits.front().positive;
  for (const SplitResult &split : splits) {
    for (std::size_t a = 0; a < positive.size(); ++a) {
      positive[a] = std::min(positive[a], split.positive[a]);
    }
  }
  const auto negative = summarize(splits, margin, [](const auto &s) { return s.negative; });
  return judge_controls(positive, negative, margin);
}

CellReport report_cell(const std::vector<SplitResult> &splits, std::size_t c, const Cell &cell,
                       const Controls &controls, std::size_t people, double margin) {
  CellReport out;
  out.cell = cell;
  out.controls = controls;
  out.attackers = summarize(splits, margin, [c](const auto &s) { return s.cells[c].attackers; });
  out.judgement = judge(out.attackers, controls, margin);
  out.at_equal_activity = judge_at_equal_activity(out.attackers, controls, margin);
  if (out.judgement.verdict == Verdict::inconclusive) {
    out.more_users = more_users(out.attackers, people, margin);
  }
  out.canaries = splits.front().cells[c].canaries;
  for (const SplitResult &split : splits) {
    const SplitCell &part = split.cells[c];
    out.full.members += part.members;
    out.full.non_members += part.non_members;
    out.sampled_99.members += part.members_99;
    out.sampled_99.non_members += part.non_members_99;
    out.host_ns.insert(out.host_ns.end(), part.host_ns.begin(), part.host_ns.end());
    out.pool_ns.insert(out.pool_ns.end(), part.pool_ns.begin(), part.pool_ns.end());
  }
  for (auto *utility : {&out.full.members, &out.full.non_members, &out.sampled_99.members,
                        &out.sampled_99.non_members}) {
    *utility = utility->mean();
  }
  return out;
}

}  // namespace

MembershipReport audit_membership(const recveil_audit_services &library, const Request &request,
                                  unsigned threads,
                                  const std::function<void(double, const char *)> &progress) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const auto start = Clock::now();
  progress(0, "reading the data");
  const data::Dataset dataset = data::load(request.data);
  MembershipReport report;
  report.load_seconds = seconds_since(start);
  report.data = dataset.name;
  report.users = dataset.interactions.n_users();
  report.items = dataset.interactions.n_items;
  report.interactions = dataset.interactions.size();
  const recommend::HoldOut held_out =
      recommend::hold_out_last(dataset.interactions, dataset.times, request.first_seed);
  const bool balanced = request.activity == "balanced";
  const People people = split_users(held_out.history, request.first_seed, balanced).target;
  // Balanced: everybody plays both parts.
  report.target_members = people.members.size() + (balanced ? people.non_members.size() : 0);
  report.target_non_members = people.non_members.size() + (balanced ? people.members.size() : 0);

  std::vector<SplitResult> splits(request.seeds);
  run_tasks(
      request.seeds, threads,
      [&](std::size_t s) {
        splits[s] = SplitRun(library, request, held_out, request.first_seed + s)();
      },
      [&](double fraction) { progress(fraction, "training, serving and attacking"); });

  const Controls controls = controls_of(splits, request.margin);
  for (std::size_t c = 0; c < request.cells.size(); ++c) {
    report.cells.push_back(report_cell(splits, c, request.cells[c], controls,
                                       report.target_non_members * request.seeds, request.margin));
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace recveil::audit
