#include "audit/inversion.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <unordered_map>
#include <utility>

#include "audit/lists_export.h"
#include "audit/task_pool.h"
#include "core/error.h"
#include "data/load.h"
#include "numerics/stats.h"

namespace recveil::audit {
namespace {

constexpr double kTimesBaseline = 2;  // a precision surely above so many times chance is a leak
constexpr std::size_t kLeastHits = 2;

// A pooled share, with the wider of Clopper-Pearson's interval and Student's over the repeats.
Estimate pooled(std::size_t part, std::size_t all, const std::vector<double> &repeats) {
  Estimate out = numerics::clopper_pearson(part, all);
  if (repeats.size() < 2) return out;
  const Estimate spread = numerics::split_mean(repeats);
  out.lo = std::max(0.0, std::min(out.lo, out.value - (spread.value - spread.lo)));
  out.hi = std::min(1.0, std::max(out.hi, out.value + (spread.hi - spread.value)));
  return out;
}

double ratio(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

// A leak if the precision is surely above chance, corrected for the number of tests. No leak if
// next to nobody is found, or if those flagged have the item no more often than others.
Verdict found(const InversionRow &row, double baseline, double margin, std::size_t tests) {
  if (row.flagged > 0) {
    const Estimate corrected =
        numerics::clopper_pearson(row.hits, row.flagged, 0.05 / static_cast<double>(tests));
    if (row.hits >= kLeastHits && corrected.lo > kTimesBaseline * baseline) return Verdict::leak;
    if (corrected.hi < kTimesBaseline * baseline) return Verdict::no_leak_found;
  }
  return row.recall.hi < margin ? Verdict::no_leak_found : Verdict::inconclusive;
}

std::vector<std::uint32_t> sensitive_items(const InversionRequest &request,
                                           const data::Dataset &dataset, const Crowd &people) {
  std::vector<std::uint32_t> out;
  if (!request.sensitive.empty()) {
    std::unordered_map<std::string, std::uint32_t> item_of;
    for (std::uint32_t i = 0; i < dataset.item_ids.size(); ++i) item_of[dataset.item_ids[i]] = i;
    for (const std::string &id : request.sensitive) {
      const auto at = item_of.find(id);
      if (at == item_of.end()) {
        throw Error(Status::argument,
                    "request.sensitive: no item \"" + id + "\" in " + dataset.name);
      }
      out.push_back(at->second);
    }
    return out;
  }
  std::vector<std::uint32_t> candidates;
  const std::vector<std::uint32_t> n = people_with_each(people, request.rating_at_least);
  for (std::uint32_t item = 0; item < n.size(); ++item) {
    if (n[item] >= request.least_people && n[item] <= request.most_people) {
      candidates.push_back(item);
    }
  }
  if (candidates.empty()) {
    throw Error(Status::argument, "request.least_people: no item of " + dataset.name +
                                      " is had by " + std::to_string(request.least_people) +
                                      " to " + std::to_string(request.most_people) + " people");
  }
  Rng rng(request.first_seed, 41);
  rng.shuffle(candidates);
  candidates.resize(std::min<std::size_t>(candidates.size(), request.items));
  return candidates;
}

bool any_leak(const std::vector<InversionRow> &rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const InversionRow &row) { return row.finding == Verdict::leak; });
}

void judge(const InversionRequest &request, InversionReport &report) {
  const std::size_t tests = report.cells.size() * request.n_decoys;
  const auto over = [&](auto of) {
    std::vector<InversionCount> out;
    for (const InversionRepeat &repeat : report.repeats) out.push_back(of(repeat));
    return out;
  };
  const auto rows = [&](const InversionCell &cell, const std::vector<InversionCount> &repeats,
                        std::size_t together) {
    return inversion_rows(cell, repeats, report.baseline_precision, request.margin, together);
  };
  const std::vector<InversionCell> cells = inversion_cells(request);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto more =
        rows(cells[c], over([c](const InversionRepeat &one) { return one.cells[c]; }), tests);
    report.rows.insert(report.rows.end(), more.begin(), more.end());
  }
  report.clean_rows =
      rows({}, over([](const InversionRepeat &one) { return one.clean; }), request.n_decoys);
  const auto of_item_cf = rows(
      {}, over([](const InversionRepeat &one) { return one.open_item_cf; }), 2 * request.n_decoys);
  const auto of_same = rows({}, over([](const InversionRepeat &one) { return one.open_same; }),
                            2 * request.n_decoys);
  report.controls = {std::max(inversion_auc(report.open_item_cf), inversion_auc(report.open_same)),
                     inversion_auc(report.clean), any_leak(of_item_cf) || any_leak(of_same),
                     !any_leak(report.clean_rows)};
  report.worst = static_cast<std::size_t>(
      std::max_element(report.rows.begin(), report.rows.end(), worse) - report.rows.begin());
  const bool clear =
      std::all_of(report.rows.begin(), report.rows.end(),
                  [](const InversionRow &row) { return row.finding == Verdict::no_leak_found; });
  if (!report.controls.negative_passed) return;
  if (any_leak(report.rows)) {
    report.verdict = Verdict::leak;
  } else if (clear && report.controls.positive_passed) {
    report.verdict = Verdict::no_leak_found;
  }
}

}  // namespace

bool worse(const InversionRow &a, const InversionRow &b) {
  const auto rank = [](const InversionRow &row) {
    const bool leak = row.finding == Verdict::leak;
    return std::pair(leak, leak ? row.recall.value * row.precision->lo : row.recall.value);
  };
  return rank(a) < rank(b);
}

std::vector<InversionRow> inversion_rows(const InversionCell &cell,
                                         const std::vector<InversionCount> &repeats,
                                         double baseline, double margin, std::size_t tests) {
  InversionCount all;
  for (const InversionCount &repeat : repeats) all += repeat;
  std::vector<InversionRow> out;
  for (std::size_t threshold = 1; threshold < all.with.size(); ++threshold) {
    InversionRow row;
    row.cell = cell;
    row.threshold = threshold;
    row.hits = all.hits(threshold);
    row.flagged = all.flagged(threshold);
    row.with = all.n_with();
    std::vector<double> recalls, precisions;
    for (const InversionCount &repeat : repeats) {
      if (repeat.n_with() > 0) recalls.push_back(ratio(repeat.hits(threshold), repeat.n_with()));
      if (repeat.flagged(threshold) == 0) continue;
      precisions.push_back(ratio(repeat.hits(threshold), repeat.flagged(threshold)));
    }
    row.recall = pooled(row.hits, row.with, recalls);
    if (row.flagged > 0) {
      row.precision = numerics::clopper_pearson(row.hits, row.flagged);
      double sum = 0;
      for (const double one : precisions) sum += one;
      row.mean_precision = sum / static_cast<double>(precisions.size());
    }
    row.finding = found(row, baseline, margin, tests);
    out.push_back(row);
  }
  return out;
}

double inversion_auc(const InversionCount &count) {
  double better = 0;
  std::size_t below = 0;
  for (std::size_t s = 0; s < count.with.size(); ++s) {
    better += static_cast<double>(count.with[s]) *
              (static_cast<double>(below) + static_cast<double>(count.without[s]) / 2);
    below += count.without[s];
  }
  const auto pairs = static_cast<double>(count.n_with()) * static_cast<double>(count.n_without());
  return pairs > 0 ? better / pairs : 0.5;
}

InversionReport audit_inversion(const InversionRequest &request, unsigned threads,
                                const std::function<void(double, const char *)> &progress) {
  const auto start = std::chrono::steady_clock::now();
  progress(0, "loading the data");
  data::Dataset dataset = data::load(request.data);
  if (request.binary) dataset.ratings.clear();
  if (request.rating_at_least > 0 && dataset.ratings.empty()) {
    throw Error(Status::argument, "request.rating_at_least: " + dataset.name + " has no ratings");
  }
  const Crowd people = everybody(dataset);
  if (people.size() < 100) {
    throw Error(Status::data, dataset.name + ": an inversion audit needs 100 people or more");
  }
  InversionReport out;
  out.data = dataset.name;
  out.users = people.size();
  out.items = dataset.interactions.n_items;
  out.interactions = dataset.interactions.size();
  out.average_size = attack::average_profile_size(people.accounts);
  out.rated = people.rated();
  const std::vector<std::uint32_t> items = sensitive_items(request, dataset, people);
  for (const std::uint32_t item : items) out.sensitive.push_back(dataset.item_ids[item]);

  out.repeats.resize(request.seeds);
  const std::size_t total = request.seeds * inversion_steps(request);
  std::atomic<std::size_t> done = 0;
  const auto tell = [&] {
    progress(0.02 + 0.97 * static_cast<double>(done) / static_cast<double>(total),
             "injecting fakes and reading lists");
  };
  const auto caller = std::this_thread::get_id();
  data::InjectionTables example;
  run_tasks(
      request.seeds, threads,
      [&](std::size_t r) {
        out.repeats[r] = run_inversion(
            request, people, items[r % items.size()], request.first_seed + r,
            [&] {
              ++done;
              if (std::this_thread::get_id() == caller) tell();
            },
            r == 0 && !request.export_folder.empty() ? &example : nullptr);
      },
      [&](double) { tell(); });

  if (!request.export_folder.empty()) export_injection(request.export_folder, example);
  out.cells.resize(inversion_cells(request).size());
  for (const InversionRepeat &repeat : out.repeats) {
    for (std::size_t c = 0; c < out.cells.size(); ++c) out.cells[c] += repeat.cells[c];
    out.clean += repeat.clean;
    out.open_item_cf += repeat.open_item_cf;
    out.open_same += repeat.open_same;
  }
  out.baseline_precision = ratio(out.clean.n_with(), out.clean.n_with() + out.clean.n_without());
  judge(request, out);
  if (has_exposure(request)) {
    progress(0.99, "computing which items could be exposed");
    out.exposure = item_exposure(request, people, kLeastExposed);
    for (const ItemExposure &one : out.exposure) {
      out.exposure_ids.push_back(dataset.item_ids[one.item]);
    }
  }
  progress(1, "done");
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace recveil::audit
