// One split of a screening audit: a screening model trained on a window of genuine accounts, and
// every campaign and scene put to it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "audit/screening_breakdown.h"
#include "audit/screening_campaigns.h"
#include "audit/screening_impact.h"
#include "audit/screening_request.h"
#include "audit/screening_scenes.h"

namespace recveil::audit {

// AUC of a rule that everybody can check by hand (how far the count of an account's most bursting
// item is above what the window lets expect) for a blatant campaign: fakes of 5 % of all users who
// share one unpopular target; and whether who knows the fakes counts as having caught them all.
struct PlantedControl {
  double auc = 0.5;
  bool oracle_caught = false;
};

struct SplitOutcome {
  std::vector<CampaignOutcome> campaigns;  // as the cells
  std::vector<SceneOutcome> scenes;
  std::vector<ImpactOutcome> impact;
  PlantedControl control;
  std::size_t window = 0, batch = 0, average_size = 0;
};

struct ScreeningData {
  Crowd genuine;
  recommend::HoldOut held_out;  // of the genuine
  PeopleFacts facts;            // likewise
};

// Campaigns are mixed among the whole batch, one at a time. trainer: of the recommender; empty: no
// impact. step: called once for the training, once a cell, once a scene and once an impact.
SplitOutcome run_split(const ScreeningRequest &request, const ScreeningData &data,
                       const std::vector<ScreeningCell> &cells, std::uint64_t seed,
                       const Trainer &trainer, const std::function<void()> &step);
// How many steps that is.
std::size_t split_steps(const ScreeningRequest &request, std::size_t cells, bool impact);

}  // namespace recveil::audit
