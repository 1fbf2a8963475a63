#include "audit/membership.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>

#include "audit/attackers.h"
#include "audit/floor.h"
#include "audit/informed.h"
#include "audit/lists_export.h"
#include "audit/reasons.h"
#include "audit/split.h"
#include "audit/systems.h"
#include "audit/task_pool.h"
#include "data/load.h"
#include "defense/private/accountant.h"

namespace recveil::audit {
namespace {

struct SplitCell {
  std::vector<SplitScores> attackers;
  recommend::Utility members, non_members, members_99, non_members_99;
  std::vector<std::uint32_t> host_ns, pool_ns;
  std::optional<CanaryCounts> canaries;
  FloorCost floor_cost;
  double items_shown = 0;
  std::optional<InformedResult> informed;
  std::vector<SplitScores> crowd;  // the control, then joined and left by number of lists
};
struct SplitResult {
  std::vector<SplitCell> cells;       // as request.cells
  std::vector<double> positive;       // lowest_aucs()
  std::vector<SplitScores> negative;  // per attacker
};

SplitScores scores_of(const attack::MembershipAttack &attacker, const attack::Evidence &target,
                      const std::vector<std::uint8_t> &member) {
  SplitScores out;
  out.name = attacker.name();
  out.blind = attacker.blind();
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

std::size_t place(const std::vector<Cell> &services, const Cell &cell) {
  const auto alike = [&](const Cell &other) { return serve_alike(cell, other); };
  return static_cast<std::size_t>(std::find_if(services.begin(), services.end(), alike) -
                                  services.begin());
}

// The undefended service, then those of the cells, each once. learnt: of those alone on which an
// adversary learns.
std::vector<Cell> services(const std::vector<Cell> &cells, bool learnt) {
  std::vector<Cell> out{{.defense = "none", .adversary = ""}};
  for (const Cell &cell : cells) {
    if (learnt && cell.adversary == "naive") continue;
    if (place(out, cell) == out.size()) out.push_back(cell);
  }
  return out;
}

void add_probes(const Served &shadow, const Served &target, std::vector<SplitScores> &scores) {
  const attack::Population &learnt_on = shadow.population, &people = target.population;
  for (SplitScores &found : sybil_scores({shadow.probes, learnt_on.member, learnt_on.histories},
                                         {target.probes, people.member, people.histories})) {
    scores.push_back(std::move(found));
  }
}

// By systems that the attacker trained on the same people: their own lists, and those of others.
void add_ratios(const Request &request, const Systems &systems, const Cell &cell,
                const Served &served, std::uint64_t seed, std::vector<SplitScores> &scores,
                SplitCell &found) {
  const std::string &recommender = request.recommender;
  CrowdScene scene;
  if (request.shadows > 0) {
    const std::size_t lists = std::max(kLeastOwnLists, kOwnLists / request.seeds);
    scene = systems.scene(cell, served, lists, request.shadows, recommender);
    scores.push_back(own_list_scores(scene));
  }
  if (cell.adversary != "crowd") return;
  // What goes together in the cheap recommender goes together in the others.
  if (scene.shadows.size() < kCrowdShadows || recommender != "item_cf") {
    scene = systems.scene(cell, served, kMostCrowdLists, kCrowdShadows,
                          recommender == "popularity" ? recommender : "item_cf");
  }
  for (SplitScores &by : crowd_scores(scene)) scores.push_back(std::move(by));
  found.crowd.push_back(crowd_control(scene, seed));
  const attack::SystemLists after = systems.changed(cell, scene);
  const CrowdChange change{scene.known, scene.shown, scene.attacked.front(), after};
  for (const std::size_t lists : kCrowdLists) {
    if (lists > scene.shown.size()) continue;
    found.crowd.push_back(joined_scores(change, lists));
    found.crowd.push_back(left_scores(change, lists));
  }
}

SplitOptions split_options(const Request &request) {
  return {.balanced = request.activity == "balanced",
          .people = request.people,
          .sample_alone = request.trained_on == "sample"};
}

// One split: two systems (shadow and target) served under each defence, and every attacker on them.
// step() is called once for what all cells share and once a service.
class SplitRun {
 public:
  SplitRun(const recveil_audit_services &library, const Request &request,
           const recommend::HoldOut &held_out, std::uint64_t seed, unsigned threads,
           std::function<void()> step)
      : library_(library),
        request_(request),
        held_out_(held_out),
        seed_(seed),
        threads_(threads),
        step_(std::move(step)),
        split_(split_users(held_out.history, seed, split_options(request))) {}

  SplitResult operator()() {
    const Interactions auxiliary =
        held_out_.history.select(std::span(split_.auxiliary).first(split_.seen_auxiliary));
    const auto knowledge = learn_items(auxiliary, seed_);
    const auto look = [&](const attack::Population &people) {
      return attack::observe(knowledge, people);
    };
    const Systems shadow(library_, request_, held_out_, split_.shadow, seed_, threads_);
    const Systems target(library_, request_, held_out_, split_.target, seed_, threads_);
    // Each service once, for all attackers.
    const std::vector<Cell> attacked = services(request_.cells, false),
                            learnt = services(request_.cells, true);
    const std::vector<Served> shadow_served = shadow.serve(learnt),
                              target_served = target.serve(attacked);
    const attack::Population &shadow_off = shadow_served[0].population,
                             &target_off = target_served[0].population;
    const attack::Evidence shadow_off_seen = look(shadow_off), target_off_seen = look(target_off);
    const Attackers naive = fitted(shadow_off_seen, seed_);

    SplitResult result;
    result.positive =
        lowest_aucs(attack::all_membership_attacks, shadow_off_seen, target_off_seen, seed_);
    result.negative = run(fitted(look(with_random_labels(shadow_off, seed_)), seed_),
                          look(with_random_labels(target_off, seed_ + 1)));
    result.cells.resize(request_.cells.size());
    step_();
    for (std::size_t a = 0; a < attacked.size(); ++a) {
      const Served &served = target_served[a];
      const attack::Evidence seen = a == 0 ? target_off_seen : look(served.population);
      for (std::size_t c = 0; c < request_.cells.size(); ++c) {
        const Cell &cell = request_.cells[c];
        if (!serve_alike(cell, attacked[a])) continue;
        const std::size_t learnt_on = cell.adversary == "naive" ? 0 : place(learnt, cell);
        const Served &shadow_on = shadow_served[learnt_on];
        std::vector<SplitScores> scores =
            learnt_on == 0 ? run(naive, seen)
                           : run(fitted(look(shadow_on.population), seed_), seen);
        if (cell.adversary == "sybil") add_probes(shadow_on, served, scores);
        SplitCell &found = result.cells[c];
        if (is_informed(cell)) {
          found.informed = attack_informed(held_out_, cell.epsilon, request_.member_share, seed_,
                                           is_first() ? request_.canaries : 0, request_.baselines);
          scores.push_back(found.informed->learned);
        }
        if (cell.adversary != "naive") {
          add_ratios(request_, target, cell, served, seed_, scores, found);
        }
        found.attackers = std::move(scores);
        found.floor_cost = served.floor_cost;
        found.items_shown = served.items_shown;
        found.members = served.members;
        found.non_members = served.non_members;
        found.members_99 = served.members_99;
        found.non_members_99 = served.non_members_99;
        found.host_ns = served.host_ns;
        found.pool_ns = served.pool_ns;
        if (!is_first()) continue;
        if (!request_.export_folder.empty()) {
          export_lists(request_.export_folder, served.population, shadow_on.population, auxiliary);
        }
        if (request_.canaries > 0 && serves_any_history(cell)) {
          result.cells[c].canaries = target.canaries(cell);
        }
      }
      step_();
    }
    return result;
  }

 private:
  bool is_first() const { return seed_ == request_.first_seed; }

  const recveil_audit_services &library_;
  const Request &request_;
  const recommend::HoldOut &held_out_;
  const std::uint64_t seed_;
  const unsigned threads_;
  const std::function<void()> step_;
  const Split split_;
};

// A demo without private training where there are so few people that its model would be noise: a
// demo shows what there is. people: who train.
constexpr double kLeastStrength = 500;  // people times mu; less was never measured

Request with_enough_people(Request request, std::size_t people) {
  if (request.audit != "demo") return request;
  std::erase_if(request.cells, [&](const Cell &cell) {
    return cell.defense == "private" &&
           static_cast<double>(people) * defense::mu_of(cell.epsilon, kPrivateDelta) <
               kLeastStrength;
  });
  return request;
}

// The request with a support floor in every cell. floors: how it was chosen, of each cell; none
// where it was asked for or is not used.
Request with_floors(const Request &given, const recommend::HoldOut &held_out, const Split &split,
                    std::vector<std::optional<FloorChoice>> &floors) {
  Request out = given;
  std::map<std::uint32_t, FloorChoice> chosen;  // by number of folds
  for (Cell &cell : out.cells) {
    floors.emplace_back();
    if (cell.support_floor > 0) continue;
    cell.support_floor = 1;
    if (cell.defense != "cross_fit") continue;
    const auto known = chosen.find(cell.folds);
    floors.back() = known != chosen.end()
                        ? known->second
                        : choose_floor(held_out, split.auxiliary, split.seen_auxiliary, cell.folds,
                                       given.first_seed);
    chosen.emplace(cell.folds, *floors.back());
    cell.support_floor = floors.back()->floor;
  }
  return out;
}

// pick(split): the scores of every attacker in that split, in one order.
template <class Pick>
std::vector<std::vector<SplitScores>> by_attacker(const std::vector<SplitResult> &splits,
                                                  Pick pick) {
  std::vector<std::vector<SplitScores>> out(pick(splits.front()).size());
  for (std::size_t a = 0; a < out.size(); ++a) {
    for (const SplitResult &split : splits) out[a].push_back(pick(split)[a]);
  }
  return out;
}

std::vector<AttackerSummary> summarize(const std::vector<std::vector<SplitScores>> &attackers,
                                       double margin) {
  std::vector<AttackerSummary> out;
  for (const auto &scores : attackers) out.push_back(summarize_attacker(scores, margin));
  return out;
}

Controls controls_of(const std::vector<SplitResult> &splits, double margin) {
  std::vector<double> positive = splits.front().positive;
  for (const SplitResult &split : splits) {
    for (std::size_t a = 0; a < positive.size(); ++a) {
      positive[a] = std::min(positive[a], split.positive[a]);
    }
  }
  const auto negative =
      summarize(by_attacker(splits, [](const auto &s) { return s.negative; }), margin);
  return judge_controls(positive, negative, margin);
}

// people: of the smaller class, in a split. needs_ratio: nothing is cleared, as the ratio was left
// out.
CellReport report_cell(const std::vector<SplitResult> &splits, std::size_t c, const Cell &cell,
                       const Controls &controls, std::size_t people, double margin,
                       bool needs_ratio) {
  CellReport out;
  out.cell = cell;
  out.controls = controls;
  const auto scores = by_attacker(splits, [c](const auto &s) { return s.cells[c].attackers; });
  out.attackers = summarize(scores, margin);
  out.judgement = judge(out.attackers, controls, margin);
  out.at_equal_activity = judge_at_equal_activity(out.attackers, controls, margin);
  out.strata = judge_strata(scores, controls, margin);
  const auto leaks = [](const Stratum &stratum) {
    return stratum.judgement && stratum.judgement->verdict == Verdict::leak;
  };
  // Who is found among the few that did little is found.
  if (std::any_of(out.strata.begin(), out.strata.end(), leaks)) {
    out.judgement.verdict = Verdict::leak;
  }
  std::vector<std::string> faults;
  if (out.judgement.verdict == Verdict::no_leak_found && needs_ratio) {
    out.judgement.verdict = Verdict::inconclusive;
    faults.emplace_back(
        "the likelihood ratio from shadow systems was left out, and it is the strongest attacker "
        "on a person's own list: set shadows to 8 or more");
  }
  if (splits.front().cells[c].informed) {
    std::vector<InformedResult> informed;
    for (const SplitResult &split : splits) informed.push_back(*split.cells[c].informed);
    out.informed = summarize_informed(informed, cell.epsilon, margin);
    if (out.judgement.verdict == Verdict::no_leak_found && !out.informed->control_passed) {
      out.judgement.verdict = Verdict::inconclusive;
      faults.emplace_back(
          "the attacker who knows everybody else does not read the same recipe without noise on "
          "these data, so that what they do not find says nothing");
    }
  }
  const More more = more_needed(out.attackers, people, margin);
  out.reasons = reasons(out.judgement, controls, margin, faults, more);
  if (faults.empty() && too_few_people(out.judgement, controls)) {
    out.more_users = more.users;
    out.more_seeds = more.seeds;
  }
  out.canaries = splits.front().cells[c].canaries;
  out.crowd =
      summarize(by_attacker(splits, [c](const auto &s) { return s.cells[c].crowd; }), margin);
  const auto n = static_cast<double>(splits.size());
  for (const SplitResult &split : splits) {
    const SplitCell &part = split.cells[c];
    out.items_shown += part.items_shown / n;
    out.floor_cost.items += part.floor_cost.items / n;
    out.floor_cost.interactions += part.floor_cost.interactions / n;
    out.floor_cost.next_items += part.floor_cost.next_items / n;
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

MembershipReport audit_membership(const recveil_audit_services &library, const Request &given,
                                  unsigned threads,
                                  const std::function<void(double, const char *)> &progress) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const auto start = Clock::now();
  progress(0, "reading the data");
  data::Dataset dataset = data::load(given.data);
  MembershipReport report;
  report.load_seconds = seconds_since(start);
  report.data = dataset.name;
  report.items = dataset.interactions.n_items;
  report.interactions = dataset.interactions.size();
  const recommend::HoldOut held_out =
      recommend::hold_out_last(dataset.interactions, dataset.times, given.first_seed);
  const Split first = split_users(held_out.history, given.first_seed, split_options(given));
  report.users = first.users();
  for (std::size_t u = 0; u < held_out.history.n_users(); ++u) {
    report.left_out += held_out.history.row(u).size() < kMinHistory ? 1u : 0u;
  }
  const People &people = first.target;
  const bool balanced = given.activity == "balanced";
  report.trained = people.members.size();
  // Balanced: everybody plays both parts.
  report.target_members = people.seen_members + (balanced ? people.seen_non_members : 0);
  report.target_non_members = people.seen_non_members + (balanced ? people.seen_members : 0);
  dataset = {};  // what is held out is enough from here on
  std::vector<std::optional<FloorChoice>> floors;
  const Request request =
      with_floors(with_enough_people(given, report.trained), held_out, first, floors);

  std::vector<SplitResult> splits(request.seeds);
  std::atomic<std::size_t> done{0};
  const auto steps = static_cast<double>(request.seeds) *
                     static_cast<double>(1 + services(request.cells, false).size());
  const auto show = [&] {
    progress(static_cast<double>(done) / steps, "training, serving and attacking");
  };
  const auto step = [&, caller = std::this_thread::get_id()] {
    ++done;
    if (std::this_thread::get_id() == caller) show();
  };
  const unsigned each = std::max(1u, threads / request.seeds);  // threads of a split
  run_tasks(
      request.seeds, threads,
      [&](std::size_t s) {
        splits[s] = SplitRun(library, request, held_out, request.first_seed + s, each, step)();
      },
      [&](double) { show(); });

  const Controls controls = controls_of(splits, request.margin);
  // Cells of a grid are compared with each other, each under the same attackers.
  const bool needs_ratio = request.audit == "membership" && request.shadows == 0;
  for (std::size_t c = 0; c < request.cells.size(); ++c) {
    report.cells.push_back(report_cell(splits, c, request.cells[c], controls,
                                       report.target_non_members, request.margin, needs_ratio));
    report.cells.back().floor = floors[c];
  }
  report.seconds = seconds_since(start);
  return report;
}

}  // namespace recveil::audit
