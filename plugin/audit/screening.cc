#include "audit/screening.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <initializer_list>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "audit/task_pool.h"
#include "audit/trainer.h"
#include "core/error.h"
#include "data/load.h"

namespace recveil::audit {
namespace {

// The genuine accounts, and what is held out of them.
ScreeningData genuine_of(const data::Dataset &dataset, const Crowd &all, std::uint64_t seed) {
  ScreeningData out;
  out.held_out = recommend::hold_out_last(dataset.interactions, dataset.times, seed);
  std::vector<std::uint32_t> users;
  for (std::uint32_t u = 0; u < all.size(); ++u) {
    if (dataset.injected.empty() || dataset.injected[u] == 0) users.push_back(u);
  }
  out.facts = facts_of(dataset, users);
  if (dataset.injected.empty()) {
    out.genuine = all;
    return out;
  }
  out.genuine = select(all, users);
  out.held_out.history = out.held_out.history.select(users);
  std::vector<std::uint32_t> items;
  for (const std::uint32_t user : users) items.push_back(out.held_out.item[user]);
  out.held_out.item = std::move(items);
  return out;
}

// Counts the steps of all threads, and tells of them on the caller's.
class Steps {
 public:
  Steps(std::size_t total, const std::function<void(double, const char *)> &progress)
      : total_(total), progress_(progress) {}
  void add() {
    ++done_;
    if (std::this_thread::get_id() == caller_) show();
  }
  void show() const {
    progress_(static_cast<double>(done_) / static_cast<double>(total_),
              "planting campaigns and screening");
  }

 private:
  const std::size_t total_;
  const std::function<void(double, const char *)> &progress_;
  const std::thread::id caller_ = std::this_thread::get_id();
  std::atomic<std::size_t> done_{0};
};

void pool_clean(const ScreeningRequest &request, const std::string &order,
                std::span<const CleanOutcome> repeats, PeopleTally &all,
                std::vector<CleanSummary> &by_size) {
  for (std::size_t s = 0; s < request.batches.size(); ++s) {
    CleanSummary summary{order, request.batches[s], {}};
    for (const CleanOutcome &repeat : repeats) summary.tally += repeat.by_size[s];
    if (summary.tally.repeats() > 0) by_size.push_back(std::move(summary));
  }
  for (const CleanOutcome &repeat : repeats) {
    PeopleTally one;
    for (const PeopleTally &size : repeat.by_size) one.join(size);
    all += one;
  }
}

std::vector<SceneSummary> pool_scenes(const std::vector<SplitOutcome> &splits) {
  std::vector<SceneSummary> out;
  for (const SplitOutcome &split : splits) {
    out.resize(split.scenes.size());
    for (std::size_t s = 0; s < out.size(); ++s) {
      out[s].scene = split.scenes[s].scene;
      ++out[s].runs;
      if (split.scenes[s].outcome.caught()) ++out[s].caught;
      out[s].sum += split.scenes[s].outcome;
      out[s].people += split.scenes[s].people;
    }
  }
  return out;
}

// By where accounts come from.
std::vector<PeopleSource> sources_of(const ScreeningReport &report) {
  std::vector<PeopleSource> out{{"new", report.random}};
  out.front().second += report.chronological;
  const auto add = [&](const char *source, std::initializer_list<std::string_view> scenes) {
    PeopleTally tally;
    for (const SceneSummary &scene : report.scenes) {
      if (std::find(scenes.begin(), scenes.end(), scene.scene) != scenes.end()) {
        tally += scene.people;
      }
    }
    out.emplace_back(source, std::move(tally));
  };
  add("new, after others came back", {"new_after_returning"});
  add("back with more", {"returning_one_event", "returning_tenth"});
  add("back, with a sampled window", {"returning_update", "returning_not_told"});
  add("brought a history along", {"shared_history"});
  add("in a crowd for one item", {"flash_crowd", "flash_crowd_in_batch"});
  add("in the yearly rush", {"yearly_rush"});
  return out;
}

std::vector<std::pair<std::string, Estimate>> people_judged(const ScreeningReport &report) {
  std::vector<std::pair<std::string, Estimate>> out;
  const auto add = [&](const std::string &name, const PeopleTally &tally) {
    if (tally.screened() > 0) out.emplace_back(name, tally.quarantine_rate());
  };
  add("clean_random", report.random);
  add("clean_chronological", report.chronological);
  for (const SceneSummary &scene : report.scenes) {
    if (is_about_people(scene.scene)) add(scene.scene, scene.people);
  }
  return out;
}

}  // namespace

ScreeningReport audit_screening(const ScreeningRequest &request, unsigned threads,
                                const std::function<void(double, const char *)> &progress) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  progress(0, "reading the data");
  const data::Dataset dataset = data::load(request.data);
  const Crowd all = everybody(dataset);
  const ScreeningData data = genuine_of(dataset, all, request.first_seed);
  const std::size_t n_users = data.genuine.size();

  ScreeningReport report;
  report.data = dataset.name;
  report.users = n_users;
  report.items = dataset.interactions.n_items;
  report.interactions = data.genuine.accounts.histories.size();
  report.marked_fakes = all.size() - n_users;
  report.rated = data.genuine.rated();
  report.timed = !data.genuine.arrival.empty();
  report.cells = screening_cells(request, report.rated);
  if (report.cells.empty()) {
    throw Error(Status::argument,
                "request.attacks: none of them goes with these targets and these data");
  }

  const std::size_t batch = largest_batch(request, n_users);
  const std::size_t random = batch > 0 ? request.repeats : 0;
  const std::size_t timed = report.timed ? random : 0;
  const std::size_t marked = report.marked_fakes > 0 ? request.seeds : 0;
  report.splits.resize(request.seeds);
  report.labelled.resize(marked);
  std::vector<CleanOutcome> clean(random + timed);
  Steps steps(request.seeds * split_steps(request, report.cells.size(), false) +
                  request.impact_splits + clean.size() + marked,
              progress);
  const auto step = [&] { steps.add(); };
  const auto run = [&](std::size_t task) {
    const std::uint64_t seed = request.first_seed;
    if (task < request.seeds) {
      Trainer trainer;
      if (task < request.impact_splits) {
        Request as;
        as.recommender = request.recommender;
        as.dimension = request.dimension;
        trainer = {
            [as, split = seed + task](const Interactions &rows) { return train(as, rows, split); },
            [as, split = seed + task](const Interactions &rows, std::span<const float> weights) {
              return train_weighted(as, rows, weights, split);
            }};
      }
      report.splits[task] = run_split(request, data, report.cells, seed + task, trainer, step);
      return;
    }
    task -= request.seeds;
    if (task < clean.size()) {
      const std::size_t r = task < random ? task : task - random;
      const Parts parts = task < random ? deal_clean(n_users, batch, seed + r)
                                        : deal_by_arrival(data.genuine.arrival, batch, r, timed);
      clean[task] = screen_clean(request, data.genuine, parts, seed + r);
    } else {
      task -= clean.size();
      report.labelled[task] = screen_labelled(request, all, dataset.injected, seed + task);
    }
    step();
  };
  run_tasks(request.seeds + clean.size() + marked, threads, run, [&](double) { steps.show(); });

  report.attacks = pool_attacks(request, report.cells, report.splits);
  const std::span<const CleanOutcome> repeats(clean);
  pool_clean(request, "random", repeats.first(random), report.random, report.clean);
  pool_clean(request, "chronological", repeats.subspan(random), report.chronological, report.clean);
  report.scenes = pool_scenes(report.splits);
  report.people = break_down(data.facts, sources_of(report));
  report.controls = screening_controls(report.splits, clean);
  report.judgement =
      judge_screening(report.attacks, people_judged(report), report.controls, request.margin);
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace recveil::audit
