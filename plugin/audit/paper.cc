#include "audit/paper.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include "attack/orient.h"
#include "audit/task_pool.h"
#include "core/error.h"
#include "core/watch.h"
#include "data/load.h"

namespace recveil::audit {
namespace {

constexpr double kMargin = 0.05;
using Progress = std::function<void(double, const char *)>;
// Of each cell, the attackers of one split.
using SplitTable = std::vector<std::vector<SplitScores>>;

// The published attack may have no direction of its own: the threshold is the best one either way.
double best_threshold_accuracy(const SplitScores &scores) {
  std::vector<double> values = scores.members;
  values.insert(values.end(), scores.non_members.begin(), scores.non_members.end());
  std::vector<std::uint8_t> member(values.size(), 0);
  std::fill_n(member.begin(), scores.members.size(), std::uint8_t{1});
  const attack::Orientation best = attack::orient(values, member);
  SplitScores turned = scores;
  for (auto *side : {&turned.members, &turned.non_members}) {
    for (double &value : *side) value *= best.sign;
  }
  return numerics::balanced_accuracy(turned.members, turned.non_members, best.threshold).value;
}

PaperRow summarize_row(const PaperCell &cell, std::size_t c,
                       const std::vector<SplitTable> &splits) {
  PaperRow out;
  out.cell = cell;
  std::vector<AttackerSummary> summaries;
  for (std::size_t a = 0; a < splits.front()[c].size(); ++a) {
    std::vector<SplitScores> scores;
    double best = 0;
    for (const SplitTable &split : splits) {
      scores.push_back(split[c][a]);
      best += best_threshold_accuracy(scores.back()) / static_cast<double>(splits.size());
    }
    summaries.push_back(summarize_attacker(scores, kMargin));
    out.attackers.push_back({summaries.back(), best});
  }
  out.judgement = judge(summaries, {.positive_passed = true, .negative_passed = true}, kMargin);
  out.worst = out.judgement.worst;
  return out;
}

// The attacks of one split: trains, then fits each attacker once for all cells that share it.
class AttackSplit {
 public:
  AttackSplit(const PaperRequest &request, const std::vector<PaperCell> &cells,
              std::vector<std::unique_ptr<PaperLab>> &labs, std::uint64_t seed, unsigned threads)
      : request_(request), cells_(cells), labs_(labs), seed_(seed), threads_(threads) {}

  // told(share): of this split.
  SplitTable operator()(const std::function<void(double)> &told) {
    train(told);
    look(told);
    return attack(told);
  }

 private:
  struct Seen {
    std::size_t lab = 0;
    PaperSystem system;
    auto operator<=>(const Seen &) const = default;
  };
  static Seen shadow_of(const PaperCell &cell) {
    return {cell.shadow_elsewhere ? 1u : 0u, cell.shadow};
  }
  static Seen target_of(const PaperCell &cell) {
    return {cell.target_elsewhere ? 1u : 0u, cell.target};
  }

  void train(const std::function<void(double)> &told) {
    std::vector<std::uint32_t> lengths;
    for (const PaperCell &cell : cells_) lengths.push_back(cell.attack.vectors);
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    std::vector<std::function<void()>> tasks;
    for (const auto &lab : labs_) {
      lab->reserve(request_.recommenders, lengths);
      for (const std::string &name : request_.recommenders) {
        for (const PaperPart part : {PaperPart::shadow, PaperPart::target}) {
          tasks.emplace_back([&lab, name, part] { lab->train(name, part); });
        }
      }
      for (const std::uint32_t l : lengths) {
        tasks.emplace_back([&lab, l] { lab->make_vectors(l); });
      }
      tasks.emplace_back([&lab] { lab->learn(); });
    }
    run_tasks(
        tasks.size(), threads_, [&](std::size_t t) { tasks[t](); },
        [&](double part) { told(.4 * part); });
  }

  // Every population once, for all attackers.
  void look(const std::function<void(double)> &told) {
    bool with_features = false;
    for (const PaperCell &cell : cells_) {
      evidence_[shadow_of(cell)];
      evidence_[target_of(cell)];
      with_features = with_features || cell.attackers == PaperAttackers::all;
    }
    std::vector<std::pair<const Seen *, attack::Evidence *>> places;
    for (auto &[seen, evidence] : evidence_) places.emplace_back(&seen, &evidence);
    run_tasks(
        places.size(), threads_,
        [&](std::size_t t) {
          const PaperLab &lab = *labs_[places[t].first->lab];
          *places[t].second =
              see(lab.knowledge(), lab.population(places[t].first->system), with_features);
        },
        [&](double part) { told(.4 + .3 * part); });
  }

  SplitTable attack(const std::function<void(double)> &told) {
    using Fit = std::tuple<Seen, PublishedAttack, PaperAttackers>;
    std::map<Fit, std::vector<std::size_t>> fits;
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      fits[{shadow_of(cells_[c]), cells_[c].attack, cells_[c].attackers}].push_back(c);
    }
    const std::vector<std::pair<Fit, std::vector<std::size_t>>> groups(fits.begin(), fits.end());
    SplitTable out(cells_.size());
    run_tasks(
        groups.size(), threads_,
        [&](std::size_t g) {
          const auto &[shadow, published, attackers] = groups[g].first;
          const auto seen = [&, length = published.vectors](const Seen &which) {
            return PaperSeen{evidence_.at(which), &labs_[which.lab]->vectors(length)};
          };
          std::vector<PaperSeen> targets;
          for (const std::size_t c : groups[g].second)
            targets.push_back(seen(target_of(cells_[c])));
          auto scores = paper_scores(seen(shadow), targets, published, attackers, seed_);
          for (std::size_t t = 0; t < scores.size(); ++t) {
            out[groups[g].second[t]] = std::move(scores[t]);
          }
        },
        [&](double part) { told(.7 + .3 * part); });
    return out;
  }

  const PaperRequest &request_;
  const std::vector<PaperCell> &cells_;
  std::vector<std::unique_ptr<PaperLab>> &labs_;
  const std::uint64_t seed_;
  const unsigned threads_;
  std::map<Seen, attack::Evidence> evidence_;
};

void run_attacks(const PaperRequest &request, const data::Dataset &data, const data::Dataset *other,
                 unsigned threads, const Progress &progress, PaperReport &report) {
  const std::vector<PaperCell> cells = paper_cells(request);
  std::size_t longest = 1;
  for (const PaperCell &cell : cells) {
    longest = std::max<std::size_t>(longest, cell.target.list_length);
  }
  std::vector<SplitTable> splits;
  for (std::uint32_t s = 0; s < request.seeds; ++s) {
    const std::uint64_t seed = request.first_seed + s;
    const auto told = [&](double part) {
      progress((s + part) / request.seeds, "training and attacking");
    };
    std::vector<std::unique_ptr<PaperLab>> labs;
    for (const data::Dataset *of : {&data, other}) {
      if (of == nullptr) continue;
      labs.push_back(std::make_unique<PaperLab>(request, of->interactions,
                                                least_records(request, of->name), seed, longest));
    }
    if (s == 0) {
      const PaperSplit &first = labs[0]->split();
      report.shadow_people = first.shadow.histories.n_users();
      report.target_people = first.target.histories.n_users();
      report.members = first.target.members;
    }
    splits.push_back(AttackSplit(request, cells, labs, seed, threads)(told));
  }
  for (std::size_t c = 0; c < cells.size(); ++c) {
    report.rows.push_back(summarize_row(cells[c], c, splits));
    const auto name = [&](bool elsewhere) { return elsewhere ? other->name : data.name; };
    report.rows.back().published = published_attack(cells[c], name(cells[c].shadow_elsewhere),
                                                    name(cells[c].target_elsewhere));
  }
}

void run_cross_fit(const PaperRequest &request, const data::Dataset &data, unsigned threads,
                   const Progress &progress, PaperReport &report) {
  const std::vector<PaperCell> cells = paper_cells(request);
  const std::size_t least = report.least_records;
  std::vector<SplitTable> splits;
  std::vector<std::vector<CrossFitResult>> results;
  for (std::uint32_t s = 0; s < request.seeds; ++s) {
    progress(static_cast<double>(s) / request.seeds, "training folds and attacking");
    results.push_back(
        paper_cross_fit(request, data.interactions, least, request.first_seed + s, threads));
    splits.emplace_back();
    for (CrossFitResult &one : results.back()) splits.back().push_back(std::move(one.attackers));
  }
  report.target_people = splits[0][0][0].members.size() + splits[0][0][0].non_members.size();
  report.shadow_people = report.target_people;
  report.members = splits[0][0][0].members.size();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    PaperRow row = summarize_row(cells[c], c, splits);
    double members = 0, others = 0, own = 0;
    for (const auto &split : results) {
      members += split[c].member_ndcg / request.seeds;
      others += split[c].other_ndcg / request.seeds;
      own += split[c].own_ndcg / request.seeds;
    }
    row.member_ndcg = members;
    row.other_ndcg = others;
    row.own_ndcg = own;
    report.rows.push_back(std::move(row));
  }
}

void run_quality(const PaperRequest &request, const data::Dataset &data, unsigned threads,
                 const Progress &progress, PaperReport &report) {
  std::vector<std::vector<std::vector<double>>> splits;
  for (std::uint32_t s = 0; s < request.seeds; ++s) {
    progress(static_cast<double>(s) / request.seeds, "training and ranking");
    splits.push_back(paper_quality(request, data.interactions, report.least_records,
                                   request.first_seed + s, threads));
  }
  const PaperSplit first =
      split_paper(data.interactions, request.split, report.least_records, request.first_seed);
  report.shadow_people = first.shadow.histories.n_users();
  report.target_people = first.target.histories.n_users();
  report.members = first.shadow.members;
  const std::vector<std::string> protocols = paper_protocols(request);
  for (std::size_t r = 0; r < request.recommenders.size(); ++r) {
    for (std::size_t p = 0; p < protocols.size(); ++p) {
      PaperQuality row{request.recommenders[r], protocols[p], {}, {}, {}};
      for (const auto &split : splits) row.splits.push_back(split[r][p]);
      row.share = numerics::split_mean(row.splits);
      if (request.table == "quality") {
        row.published = published_quality(row.recommender, data.name);
      }
      report.quality.push_back(std::move(row));
    }
  }
}

}  // namespace

PaperReport audit_paper(const PaperRequest &request, unsigned threads, const Progress &progress) {
  const auto start = std::chrono::steady_clock::now();
  progress(0, "loading the data");
  const data::Dataset data = data::load(request.data);
  std::optional<data::Dataset> other;
  if (!request.other.empty()) other = data::load(request.other);
  PaperReport out;
  out.data = data.name;
  if (other) out.other = other->name;
  out.users = data.interactions.n_users();
  out.items = data.interactions.n_items;
  out.interactions = data.interactions.size();
  out.least_records = least_records(request, data.name);
  if (request.table == "quality" || request.table == "epochs") {
    run_quality(request, data, threads, progress, out);
  } else if (request.table == "cross_fit") {
    out.least_records = request.least_records > 0 ? request.least_records : 20;
    run_cross_fit(request, data, threads, progress, out);
  } else {
    run_attacks(request, data, other ? &*other : nullptr, threads, progress, out);
  }
  progress(1, "done");
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace recveil::audit
