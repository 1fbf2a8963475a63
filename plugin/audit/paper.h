// The tables of Zhang et al. (CCS'21), run again.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/paper_attack.h"
#include "audit/paper_lab.h"
#include "audit/paper_request.h"
#include "audit/summary.h"

namespace recveil::audit {

// One cell of a table of attacks: who learns on what, and attacks what.
struct PaperCell {
  PaperSystem shadow, target;
  bool shadow_elsewhere = false, target_elsewhere = false;  // in the other data
  PublishedAttack attack;
  PaperAttackers attackers = PaperAttackers::all;
  std::string serving;  // of the table cross_fit: own, one_model, cross_fit
};

// How an attacker did in a cell, over the splits.
struct PaperAttacker {
  AttackerSummary summary;
  double best_balanced_accuracy = .5;  // at the threshold that is best on the target itself
};

struct PaperRow {
  PaperCell cell;
  std::vector<PaperAttacker> attackers;
  std::size_t worst = 0;            // the attacker whose AUC is farthest from .5
  Judgement judgement;              // corrected for the attackers
  std::optional<double> published;  // the paper's balanced accuracy
  // Of the table cross_fit: NDCG@10 of members and others on what was held out, means over splits.
  std::optional<double> member_ndcg, other_ndcg, own_ndcg;
};

// A share of people, in the tables quality and epochs.
struct PaperQuality {
  std::string recommender, protocol;
  std::vector<double> splits;
  Estimate share;
  std::optional<std::pair<double, double>> published;  // shadow, target
};

struct PaperReport {
  std::string data, other;
  std::size_t users = 0, items = 0, interactions = 0, least_records = 0;
  std::size_t shadow_people = 0, target_people = 0, members = 0;  // of the first split
  std::vector<PaperRow> rows;
  std::vector<PaperQuality> quality;
  double seconds = 0;
};

// Which cells a table has. data, other: names of the data sets.
std::vector<PaperCell> paper_cells(const PaperRequest &request);

// Records that a person needs: what was asked for, or the paper's.
std::size_t least_records(const PaperRequest &request, const std::string &data);

// One split of the tables quality and epochs: share[r][p] of recommender r and protocol p.
std::vector<std::string> paper_protocols(const PaperRequest &request);
std::vector<std::vector<double>> paper_quality(const PaperRequest &request, const Interactions &all,
                                               std::size_t least, std::uint64_t seed,
                                               unsigned threads);

// One split of the table cross_fit, in the order of paper_cells().
struct CrossFitResult {
  std::vector<SplitScores> attackers;
  double member_ndcg = 0, other_ndcg = 0, own_ndcg = 0;
};
std::vector<CrossFitResult> paper_cross_fit(const PaperRequest &request, const Interactions &all,
                                            std::size_t least, std::uint64_t seed,
                                            unsigned threads);

// The paper's numbers, where there is one. Names of data as data::Dataset has them.
std::optional<double> published_attack(const PaperCell &cell, const std::string &shadow_data,
                                       const std::string &target_data);
std::optional<std::pair<double, double>> published_quality(const std::string &recommender,
                                                           const std::string &data);

// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1.
PaperReport audit_paper(const PaperRequest &request, unsigned threads,
                        const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
