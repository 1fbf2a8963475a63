// The screening audit: campaigns of fakes, clean batches and crowds against a screening model, over
// several splits of one dataset. Only here attack and defence meet.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audit/screening_breakdown.h"
#include "audit/screening_request.h"
#include "audit/screening_summary.h"

namespace recveil::audit {

struct CleanSummary {
  std::string order;  // random or chronological
  std::size_t batch = 0;
  PeopleTally tally;
};

struct SceneSummary {
  std::string scene;
  std::size_t runs = 0, caught = 0;
  CampaignOutcome sum;
  PeopleTally people;
};

struct ScreeningReport {
  std::string data;
  std::size_t users = 0, items = 0, interactions = 0, marked_fakes = 0;
  bool rated = false, timed = false;
  std::vector<ScreeningCell> cells;
  std::vector<SplitOutcome> splits;
  std::vector<PooledAttack> attacks;
  std::vector<CleanSummary> clean;    // of the sizes that the data allow
  PeopleTally random, chronological;  // over the sizes
  std::vector<SceneSummary> scenes;
  std::vector<PeopleGroup> people;        // of clean batches and of scenes about people
  std::vector<LabelledOutcome> labelled;  // a split; where fakes are marked in the data
  Controls controls;
  ScreeningJudgement judgement;
  double seconds = 0;
};

// progress(fraction, what): on the calling thread; throws to cancel. threads: at least 1.
ScreeningReport audit_screening(const ScreeningRequest &request, unsigned threads,
                                const std::function<void(double, const char *)> &progress);

}  // namespace recveil::audit
