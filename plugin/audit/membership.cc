#include "audit/membership.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <utility>

#include "attack/membership.h"
#include "audit/served_system.h"
#include "audit/split.h"
#include "audit/task_pool.h"
#include "core/random.h"
#include "data/load.h"
#include "numerics/svd.h"
#include "recommend/item_cf.h"
#include "recommend/popularity.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kVectorDimension = 100;  // l of the paper
// A control that must leak has to be read this well, else the attack is broken.
constexpr double kPositiveControl = 0.9;

using Attackers = std::vector<std::unique_ptr<attack::MembershipAttack>>;

struct SplitCell {
  std::vector<SplitScores> attackers;
  recommend::Utility members, non_members, members_99, non_members_99;
  std::vector<std::uint32_t> host_ns, pool_ns;
};
struct SplitResult {
  std::vector<SplitCell> cells;                 // as request.cells
  std::vector<SplitScores> positive, negative;  // controls, per attacker
};

std::unique_ptr<recommend::Recommender> train(const std::string &name,
                                              const Interactions &members) {
  return name == "popularity" ? recommend::train_popularity(members)
                              : recommend::train_item_cf(members);
}

SplitScores scores_of(const attack::MembershipAttack &attacker, const attack::Population &target) {
  SplitScores out;
  out.threshold = attacker.threshold();
  const std::vector<double> scores = attacker.score(target);
  for (std::size_t u = 0; u < scores.size(); ++u) {
    (target.member[u] != 0 ? out.members : out.non_members).push_back(scores[u]);
  }
  return out;
}

Attackers fitted(const attack::Population &shadow, const attack::Auxiliary &auxiliary,
                 std::uint64_t seed) {
  Attackers attackers = attack::all_membership_attacks(seed);
  for (const auto &attacker : attackers) attacker->fit(shadow, auxiliary);
  return attackers;
}

std::vector<SplitScores> run(const Attackers &attackers, const attack::Population &target) {
  std::vector<SplitScores> out;
  for (const auto &attacker : attackers) out.push_back(scores_of(*attacker, target));
  return out;
}

// The members of a population with half of them, at random, called non-members: nothing tells the
// halves apart.
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

// One split: two systems (shadow and target) served under each defence, and every attacker on them.
class SplitRun {
 public:
  SplitRun(const recveil_audit_services &library, const Request &request,
           const recommend::HoldOut &held_out, std::uint64_t seed)
      : library_(library),
        request_(request),
        held_out_(held_out),
        seed_(seed),
        split_(split_users(held_out.history, seed)) {}

  SplitResult operator()() {
    const Interactions auxiliary = held_out_.history.select(split_.auxiliary);
    const attack::Auxiliary knowledge{numerics::item_vectors(auxiliary, kVectorDimension, seed_),
                                      recommend::popularity(auxiliary)};
    const System shadow(*this, split_.shadow_members, split_.shadow_non_members);
    const System target(*this, split_.target_members, split_.target_non_members);
    const Served shadow_off = shadow.serve("none");
    const Served target_off = target.serve("none");
    const Attackers naive = fitted(shadow_off.population, knowledge, seed_);

    SplitResult result;
    result.positive = run(naive, target_off.population);
    result.negative =
        run(fitted(with_random_labels(shadow_off.population, seed_), knowledge, seed_),
            with_random_labels(target_off.population, seed_ + 1));
    Served shadow_on, target_on;
    Attackers adaptive;
    for (const Cell &cell : request_.cells) {
      const bool defended = cell.defense != "none";
      if (defended && target_on.population.member.empty()) target_on = target.serve(cell.defense);
      if (defended && cell.adversary == "adaptive") {
        shadow_on = shadow.serve(cell.defense);
        adaptive = fitted(shadow_on.population, knowledge, seed_);
      }
      const Served &served = defended ? target_on : target_off;
      const Attackers &attackers = defended && cell.adversary == "adaptive" ? adaptive : naive;
      result.cells.push_back({run(attackers, served.population), served.members, served.non_members,
                              served.members_99, served.non_members_99, served.host_ns,
                              served.pool_ns});
    }
    return result;
  }

 private:
  // A recommender trained on its members, and the people it serves.
  class System {
   public:
    System(const SplitRun &run, const std::vector<std::uint32_t> &members,
           const std::vector<std::uint32_t> &non_members)
        : run_(run),
          members_(run.held_out_.history.select(members)),
          non_members_(run.held_out_.history.select(non_members)),
          model_(train(run.request_.recommender, members_)) {
      for (const auto *part : {&members, &non_members}) {
        for (const std::uint32_t user : *part) items_.push_back(run.held_out_.item[user]);
      }
    }
    Served serve(const std::string &defense) const {
      return serve_everybody(run_.library_, *model_, members_, non_members_, items_,
                             {defense, run_.request_.list_length, run_.request_.ratio, run_.seed_});
    }

   private:
    const SplitRun &run_;
    const Interactions members_, non_members_;
    const std::unique_ptr<recommend::Recommender> model_;
    std::vector<std::uint32_t> items_;  // held out
  };

  const recveil_audit_services &library_;
  const Request &request_;
  const recommend::HoldOut &held_out_;
  const std::uint64_t seed_;
  const Split split_;
};

// Best of the attackers on a control, over all splits.
double strongest_auc(const std::vector<AttackerSummary> &attackers) {
  double best = 0.5;
  for (const AttackerSummary &attacker : attackers) {
    if (std::abs(attacker.auc.value - 0.5) > std::abs(best - 0.5)) best = attacker.auc.value;
  }
  return best;
}

// pick(split): the scores of every attacker in that split.
template <class Pick>
std::vector<AttackerSummary> summarize(const std::vector<SplitResult> &splits, double margin,
                                       Pick pick) {
  std::vector<AttackerSummary> out;
  const Attackers names = attack::all_membership_attacks(0);
  for (std::size_t a = 0; a < names.size(); ++a) {
    std::vector<SplitScores> scores;
    for (const SplitResult &split : splits) scores.push_back(pick(split)[a]);
    out.push_back(summarize_attacker(names[a]->name(), names[a]->blind(), scores, margin));
  }
  return out;
}

Controls controls_of(const std::vector<SplitResult> &splits, double margin) {
  const auto positive = summarize(splits, margin, [](const auto &s) { return s.positive; });
  const auto negative = summarize(splits, margin, [](const auto &s) { return s.negative; });
  Controls out;
  out.positive_auc = strongest_auc(positive);
  out.positive_passed = out.positive_auc >= kPositiveControl;
  out.negative_auc = strongest_auc(negative);
  // Passes if no attacker is, corrected for their number, surely away from .5.
  const Judgement none =
      judge(negative, {.positive_passed = true, .negative_passed = true}, margin);
  out.negative_passed = none.verdict != Verdict::leak;
  return out;
}

void add(recommend::Utility &sum, const recommend::Utility &part) {
  sum.hr10 += part.hr10;
  sum.ndcg10 += part.ndcg10;
  sum.users += part.users;
}

CellReport report_cell(const std::vector<SplitResult> &splits, std::size_t c, const Cell &cell,
                       const Controls &controls, double margin) {
  CellReport out;
  out.cell = cell;
  out.controls = controls;
  out.attackers = summarize(splits, margin, [c](const auto &s) { return s.cells[c].attackers; });
  out.judgement = judge(out.attackers, controls, margin);
  for (const SplitResult &split : splits) {
    const SplitCell &part = split.cells[c];
    add(out.full.members, part.members);
    add(out.full.non_members, part.non_members);
    add(out.sampled_99.members, part.members_99);
    add(out.sampled_99.non_members, part.non_members_99);
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
  report.per_part = split_users(held_out.history, request.first_seed).auxiliary.size();

  std::vector<SplitResult> splits(request.seeds);
  run_tasks(
      request.seeds, threads,
      [&](std::size_t s) {
        splits[s] = SplitRun(library, request, held_out, request.first_seed + s)();
      },
      [&](double fraction) { progress(fraction, "training, serving and attacking"); });

  const Controls controls = controls_of(splits, request.margin);
  for (std::size_t c = 0; c < request.cells.size(); ++c) {
    report.cells.push_back(report_cell(splits, c, request.cells[c], controls, request.margin));
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace recveil::audit
