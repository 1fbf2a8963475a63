// From the campaigns and clean batches of a screening audit to intervals and a verdict.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audit/screening_clean.h"
#include "audit/screening_split.h"
#include "audit/summary.h"

namespace recveil::audit {

// Campaigns of one kind, or of several, over the splits.
struct CampaignCount {
  std::size_t campaigns = 0, caught = 0;
  CampaignOutcome sum;              // profile_size too: divide by campaigns
  std::vector<double> split_share;  // of the campaigns of each split, how many were caught
  // The share caught, with the wider of Clopper-Pearson's interval and Student's over the splits.
  // REQUIRES: campaigns > 0.
  Estimate caught_share(double alpha) const;
};

// places: of the cells that count, among split.campaigns.
CampaignCount count_campaigns(const std::vector<SplitOutcome> &splits,
                              std::span<const std::size_t> places);

// One attack over all sizes and targets, those that its fakes share or those that they spread over.
struct PooledAttack {
  std::string attack;
  bool claimed = false, spread = false;
  CampaignCount count;
};
std::vector<PooledAttack> pool_attacks(const ScreeningRequest &request,
                                       const std::vector<ScreeningCell> &cells,
                                       const std::vector<SplitOutcome> &splits);

// What screening promises: of the campaigns of each claimed attack so many are caught, and of
// genuine accounts, in clean batches and in flash crowds, no more than so many are quarantined.
constexpr double kCaughtBar = 0.95;
constexpr double kPeopleBar = 0.01, kPeopleMargin = 0.01;

enum class Finding { holds, fails, open };
const char *finding_name(Finding finding);

// Of a share that must be at least kCaughtBar: fails if the interval is below it; holds if the
// share is not and the interval is above kCaughtBar - margin.
Finding judge_caught(const Estimate &share, double margin);
// Of a rate that must be at most kPeopleBar: fails if the interval is above it; holds if the rate
// is not and the interval is below kPeopleBar + kPeopleMargin.
Finding judge_people(const Estimate &rate);

struct ScreeningJudgement {
  Verdict verdict = Verdict::inconclusive;
  std::vector<std::string> failed, open;  // names of attacks and of groups of people
  std::size_t worst = 0;                  // place among the attacks: the least share caught
  double alpha = 0.05;                    // of each attack's interval: .05 / attacks judged
};

// The claimed attacks are judged, or all where none of them was run; with Bonferroni's correction.
// leak: a control of labels passed and something fails. no_leak_found: everything holds, people
// were judged, and both controls passed. people: name and rate.
ScreeningJudgement judge_screening(const std::vector<PooledAttack> &attacks,
                                   const std::vector<std::pair<std::string, Estimate>> &people,
                                   const Controls &controls, double margin);

// positive: the least AUC of the planted blatant campaigns; passed from .9 on, if who knows the
// fakes was counted as having caught them. negative: the mean AUC of the scores for
// labels drawn at random; passed within four standard errors of .5 (by chance beyond them once in
// 15,000 audits), if no such "campaign" was caught.
Controls screening_controls(const std::vector<SplitOutcome> &splits,
                            const std::vector<CleanOutcome> &clean);

}  // namespace recveil::audit
