#include "audit/attribute.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "audit/task_pool.h"
#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "data/load.h"
#include "defense/erase/decoys.h"
#include "recommend/als.h"
#include "recommend/ials.h"

namespace recveil::audit {
namespace {

constexpr std::size_t kLeastPeople = 20;  // of two classes, among the requesters

struct Trained {
  std::unique_ptr<recommend::FactorModel> model;
  recommend::SquaredLoss loss;
};

Trained train_model(const AttributeRequest &request, const Interactions &history,
                    std::uint64_t seed) {
  recommend::IalsOptions options;
  if (request.recommender == "als") {
    recommend::AlsOptions als;
    als.d = request.dimension;
    als.seed = seed;
    options = recommend::as_ials(als);
  } else {
    options.d = request.dimension;
    options.seed = seed;
  }
  return {recommend::train_ials(history, options), options.loss};
}

PeopleClasses classes_of(const data::Dataset &data, const std::string &name) {
  std::string known;
  for (const data::Attribute &attribute : data.attributes) {
    if (attribute.name == name) return {name, attribute.values, attribute.label};
    known += (known.empty() ? "" : ", ") + attribute.name;
  }
  throw Error(Status::argument, "request.attributes: " + data.name + " has no attribute " + name +
                                    (known.empty() ? "" : "; it has " + known));
}

std::vector<PeopleClasses> attributes_of(const AttributeRequest &request,
                                         const data::Dataset &data) {
  std::vector<PeopleClasses> out;
  for (const std::string &name : request.attributes) out.push_back(classes_of(data, name));
  if (!out.empty()) return out;
  for (const data::Attribute &attribute : data.attributes) {
    // A column of ids is no attribute.
    if (attribute.values.size() >= 2 && attribute.values.size() <= 256) {
      out.push_back(classes_of(data, attribute.name));
    }
  }
  if (out.empty()) {
    throw Error(Status::argument,
                "request.data: " + data.name + " knows no attribute of its users");
  }
  return out;
}

// A random share of the people of whom some class is known.
std::vector<std::uint8_t> draw_requesters(const std::vector<PeopleClasses> &attributes,
                                          double share, std::uint64_t seed) {
  const std::size_t n = attributes.front().of_row.size();
  std::vector<std::uint32_t> known;
  for (std::size_t i = 0; i < n; ++i) {
    const auto is_known = [i](const PeopleClasses &people) { return people.of_row[i] >= 0; };
    if (std::any_of(attributes.begin(), attributes.end(), is_known)) {
      known.push_back(static_cast<std::uint32_t>(i));
    }
  }
  Rng(seed, 44).shuffle(known);
  known.resize(static_cast<std::size_t>(std::ceil(share * static_cast<double>(known.size()))));
  std::vector<std::uint8_t> out(n);
  for (const std::uint32_t row : known) out[row] = 1;
  return out;
}

void check_classes(const std::vector<PeopleClasses> &attributes,
                   const std::vector<std::uint8_t> &requesters) {
  for (const PeopleClasses &people : attributes) {
    std::vector<std::size_t> n(people.classes());
    for (std::size_t i = 0; i < requesters.size(); ++i) {
      if (requesters[i] != 0 && people.of_row[i] >= 0) {
        ++n[static_cast<std::size_t>(people.of_row[i])];
      }
    }
    const auto enough = [](std::size_t count) { return count >= kLeastPeople; };
    if (std::count_if(n.begin(), n.end(), enough) < 2) {
      throw Error(Status::data, "attribute " + people.name + ": fewer than two classes have " +
                                    std::to_string(kLeastPeople) + " of the people who asked");
    }
  }
}

// Decoys of every attribute, under a key that follows from the seed.
Hidden decoys_of(const std::vector<PeopleClasses> &attributes, const Interactions &history,
                 const std::vector<std::uint8_t> &requesters, std::uint64_t seed) {
  std::vector<defense::DecoyTable> tables;
  for (const PeopleClasses &people : attributes) {
    tables.push_back(defense::DecoyTable::fit(
        history, {people.name, static_cast<std::int32_t>(people.classes()), people.of_row}));
  }
  defense::DecoyKey key{};
  Rng rng(seed, 45);
  for (auto &byte : key) byte = static_cast<std::uint8_t>(rng.below(256));
  return [tables, key, &attributes, &history, &requesters](std::size_t person,
                                                           std::vector<std::uint32_t> &items) {
    if (requesters[person] == 0) return;
    const std::size_t length = history.row(person).size();
    for (std::size_t a = 0; a < tables.size(); ++a) {
      const std::int32_t cls = attributes[a].of_row[person];
      if (cls < 0) continue;
      for (std::uint32_t item = 0; item < history.n_items; ++item) {
        if (tables[a].hides(key, person, item, length, cls)) items.push_back(item);
      }
    }
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
  };
}

using People = std::vector<std::array<double, kUtilities>>;

struct SplitRun {
  AttributeSplit read;
  std::vector<People> utility;  // of the requesters, each stage
  std::vector<EraseReport> erasures;
  std::vector<std::string> failures;
  Controls controls;
  std::size_t requesters = 0;
};

People of_requesters(const People &all, const std::vector<std::uint8_t> &requesters,
                     const recommend::HoldOut &held_out) {
  People out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (requesters[i] != 0 && held_out.item[i] != recommend::kNoItem) out.push_back(all[i]);
  }
  return out;
}

// A recommender that learnt from edited histories.
struct EditedModel {
  recommend::HoldOut held_out;  // its history: as edited
  std::unique_ptr<recommend::FactorModel> model;
  Matrix raw;  // the histories before the edit, folded in
};

EditedModel train_edited(const AttributeRequest &request, const std::string &defense,
                         const recommend::HoldOut &held_out, HistoryEditor &editor,
                         std::size_t requesters, std::uint64_t seed, EraseReport &report) {
  const auto began = std::chrono::steady_clock::now();
  EditedHistories edited = editor.edit(defense, request.edit, seed);
  report.fit_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const auto asked = static_cast<double>(requesters);
  report.edits = {static_cast<double>(edited.added) / asked,
                  static_cast<double>(edited.removed) / asked};
  EditedModel out;
  out.model = train_model(request, edited.rows, seed).model;
  out.held_out = {std::move(edited.rows), held_out.item, held_out.by_time};
  out.raw = Matrix{held_out.history.n_users(), out.model->item_factors().cols, {}};
  out.raw.data.resize(out.raw.rows * out.raw.cols);
  for (std::size_t u = 0; u < out.raw.rows; ++u) {
    if (u % 64 == 0) pulse();
    out.model->fold_in(held_out.history.row(u), {out.raw.row(u), out.raw.cols});
  }
  return out;
}

// What the model of each stage learnt from, and the raw rows by it where it is a model of its own.
struct Histories {
  std::vector<Interactions> stages;
  std::vector<Matrix> raw;
};

// What the outsider has besides, for the sources that ask for it.
void join_sources(const AttributeRequest &request, const Interactions &history,
                  const std::vector<PeopleClasses> &attributes, const Trained &trained,
                  const Histories &histories, std::uint64_t seed, AttributeEvidence &evidence) {
  const auto wants = [&](const char *source) {
    return std::find(request.sources.begin(), request.sources.end(), source) !=
           request.sources.end();
  };
  const Matrix &raw = evidence.rows.front();
  if (wants("history")) evidence.joined.push_back({"history", {}, histories.stages, {}});
  if (wants("row+history")) {
    JoinedSource joined{"row+history", {}, {}, {}};
    for (std::size_t s = 0; s < evidence.rows.size(); ++s) {
      const Matrix &known = histories.raw[s].rows > 0 ? histories.raw[s] : raw;
      joined.rows.push_back(next_to(known, evidence.rows[s], true));
    }
    evidence.joined.push_back(std::move(joined));
  }
  if (wants("list+history")) {
    JoinedSource joined{"list+history", {}, {}, {}};
    for (const Interactions &lists : evidence.lists) {
      joined.lists.push_back(next_to(history, lists));
    }
    evidence.joined.push_back(std::move(joined));
  }
  if (wants("two_versions")) {
    const Trained older = train_model(request, thinned(history, seed), seed + 0x2545f491);
    JoinedSource joined{"two_versions", {}, {}, {}};
    for (const Matrix &rows : evidence.rows) {
      joined.rows.push_back(next_to(older.model->user_factors(), rows, false));
    }
    evidence.joined.push_back(std::move(joined));
  }
  if (wants("outside")) {
    JoinedSource joined{"outside", {raw}, {}, draw_outside(attributes, seed)};
    for (const std::string &defense : request.defenses) {
      EraseReport report;
      try {
        joined.rows.push_back(erase_rows(defense, raw, attributes, evidence.requesters,
                                         *trained.model, history, trained.loss, seed, report,
                                         joined.attacked));
      } catch (const Error &) {
        // Of several defences: the rows as they were, and `failure` says why.
        if (request.defenses.size() == 1) throw;
        joined.rows.push_back(raw);
      }
    }
    evidence.joined.push_back(std::move(joined));
  }
  if (!wants("list")) evidence.lists.clear();
}

SplitRun run_split(const AttributeRequest &request, const recommend::HoldOut &held_out,
                   const std::vector<PeopleClasses> &attributes,
                   const AttributeAttackers &attackers, std::uint64_t seed,
                   const std::function<void()> &step) {
  const Trained trained = train_model(request, held_out.history, seed);
  const recommend::FactorModel &model = *trained.model;
  AttributeEvidence evidence;
  evidence.requesters = draw_requesters(attributes, request.share, seed);
  check_classes(attributes, evidence.requesters);
  SplitRun out;
  out.requesters = static_cast<std::size_t>(
      std::count(evidence.requesters.begin(), evidence.requesters.end(), std::uint8_t{1}));
  const auto add_stage = [&](Matrix rows, const Matrix &items, const recommend::HoldOut &held,
                             const Hidden &hidden) {
    ShownLists shown = show(rows, items, held, request.list_length, seed, hidden);
    out.utility.push_back(of_requesters(shown.people, evidence.requesters, held_out));
    evidence.rows.push_back(std::move(rows));
    if (!attackers.lists.empty() || !attackers.joined_lists.empty()) {
      evidence.lists.push_back(std::move(shown.lists));
    }
  };
  add_stage(model.user_factors(), model.item_factors(), held_out, {});
  Histories histories{{held_out.history}, {{}}};
  HistoryEditor editor(held_out.history, attributes, evidence.requesters);
  for (const std::string &defense : request.defenses) {
    out.erasures.emplace_back();
    out.failures.emplace_back();
    Matrix rows = model.user_factors();
    histories.stages.push_back(held_out.history);
    histories.raw.emplace_back();
    try {
      if (is_edit(defense)) {
        EditedModel edited = train_edited(request, defense, held_out, editor, out.requesters, seed,
                                          out.erasures.back());
        add_stage(edited.model->user_factors(), edited.model->item_factors(), edited.held_out, {});
        histories.stages.back() = std::move(edited.held_out.history);
        histories.raw.back() = std::move(edited.raw);
        step();
        continue;
      }
      rows = erase_rows(defense, model.user_factors(), attributes, evidence.requesters, model,
                        held_out.history, trained.loss, seed, out.erasures.back());
    } catch (const Error &error) {
      // Of several defences one may not be for this attribute (u2u: two classes).
      if (request.defenses.size() == 1) throw;
      out.failures.back() = error.what();
    }
    Hidden hidden;
    if (request.decoys && defense != "none") {
      hidden = decoys_of(attributes, held_out.history, evidence.requesters, seed);
    }
    add_stage(std::move(rows), model.item_factors(), held_out, hidden);
    step();
  }
  join_sources(request, held_out.history, attributes, trained, histories, seed, evidence);
  evidence.raw = std::move(histories.raw);
  TrialOptions options{request.folds, request.adversary == "adaptive"};
  if (options.folds == 0) options.folds = request.share < 1 ? 2 : 5;
  if (seed == request.first_seed) {
    out.controls =
        attribute_controls(evidence, attributes, attackers, options, seed, request.margin);
  }
  out.read = read_split(evidence, attributes, attackers, options, seed, step);
  return out;
}

}  // namespace

void judge_report(AttributeReport &report, const Controls &controls,
                  const std::vector<ClassCounts> &counts, double margin) {
  const bool certifiable =
      std::all_of(counts.begin(), counts.end(), [](const auto &c) { return c.certified; });
  const auto has = [&](const char *source) {
    return std::any_of(report.after.lines.begin(), report.after.lines.end(),
                       [&](const AttributeLine &line) { return line.source == source; });
  };
  if (has("list")) {
    report.lists = judge_lines(report.after.lines, "list", controls, certifiable, margin);
  }
  report.judgement =
      has("embedding") ? judge_lines(report.after.lines, "embedding", controls, certifiable, margin)
                       : *report.lists;
  report.gains = gains_of(report.before.lines, report.after.lines);
  for (const AttributeGain &found : report.gains) {
    if (is_known_source(found.source) && found.gain.lo > margin && controls.negative_passed) {
      report.judgement.verdict = Verdict::leak;
    }
  }
}

AttributeAudit audit_attribute(const AttributeRequest &request, unsigned threads,
                               const std::function<void(double, const char *)> &progress) {
  const auto began = std::chrono::steady_clock::now();
  progress(0, "loading");
  const data::Dataset data = data::load(request.data);
  AttributeAudit out;
  out.data = data.name;
  out.users = data.interactions.n_users();
  out.items = data.interactions.n_items;
  out.interactions = data.interactions.size();
  out.attributes = attributes_of(request, data);
  for (const PeopleClasses &people : out.attributes) {
    out.counts.push_back(count_classes(people, request.dimension));
  }
  const recommend::HoldOut held_out =
      recommend::hold_out_last(data.interactions, data.times, request.first_seed);
  for (PeopleClasses &people : out.attributes) {
    for (std::size_t i = 0; i < people.of_row.size(); ++i) {
      people.history_of_row.push_back(history_stratum(held_out.history.row(i).size()));
    }
  }
  const AttributeAttackers attackers =
      attribute_attackers(request.attackers, request.sources, request.xgboost);
  if (attackers.rows.empty() && attackers.lists.empty()) {
    throw Error(Status::argument, "request.attackers: none of them sees the sources asked for");
  }
  out.absent = attackers.absent;

  const std::size_t per_split =
      request.defenses.size() + request.sources.size() +
      out.attributes.size() * (attackers.rows.size() + attackers.lists.size());
  std::atomic<std::size_t> steps{0};
  const auto step = [&, caller = std::this_thread::get_id()] {
    ++steps;
    if (std::this_thread::get_id() != caller) return;
    progress(static_cast<double>(steps) / static_cast<double>(per_split * request.seeds),
             "attacking");
  };
  std::vector<SplitRun> splits(request.seeds);
  run_tasks(
      request.seeds, threads,
      [&](std::size_t s) {
        splits[s] =
            run_split(request, held_out, out.attributes, attackers, request.first_seed + s, step);
      },
      [](double) {});

  out.requesters = splits.front().requesters;
  out.controls = splits.front().controls;
  std::vector<AttributeSplit> reads;
  for (const SplitRun &split : splits) reads.push_back(split.read);
  const std::vector<StageReport> stages = summarize_stages(reads, request.defenses.size() + 1);
  for (std::size_t s = 0; s < request.defenses.size(); ++s) {
    AttributeReport report;
    report.defense = request.defenses[s];
    report.before = stages[0];
    report.after = stages[s + 1];
    std::vector<People> before, after;
    for (const SplitRun &split : splits) {
      before.push_back(split.utility[0]);
      after.push_back(split.utility[s + 1]);
      report.erasures.push_back(split.erasures[s]);
      if (report.failure.empty()) report.failure = split.failures[s];
    }
    report.utility = compare_utility(before, after);
    judge_report(report, out.controls, out.counts, request.margin);
    out.reports.push_back(std::move(report));
  }
  progress(1, "done");
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

}  // namespace recveil::audit
