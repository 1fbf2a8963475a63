// Scenes besides the grid: crowds that are no attack, and attacks that are not one clean blow.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/screening_campaigns.h"
#include "audit/screening_clean.h"
#include "audit/screening_request.h"

namespace recveil::audit {

// One run of a scene. Fakes are the accounts that the scene is about, also where they are genuine.
struct SceneOutcome {
  std::string scene;
  CampaignOutcome outcome;
  PeopleTally people;  // of scenes about genuine accounts alone
};

// On one split, with the model trained on its window. parts: who is in the batch.
//   flash_crowd: a batch of 200 genuine accounts (all, where there are fewer) who all have one new
//     item besides, rated as some liked item is.
//   flash_crowd_in_batch: the same among all the batch.
//   trend_at_maximum: 5 % of the batch have the new item, all at the highest rating.
//   yearly_rush: every second account of the batch, and up to 400 people of the window (half of it,
//     where it is smaller) who come back, have one to three of ten items of 1.5 to 15 % popularity
//     besides, rated as people rate them.
//   compromised_known, compromised_new: as many accounts as a campaign has fakes, of the window or
//     of the batch, that were taken over: each adds one unpopular item at the highest rating.
//   compromised_changed: as many accounts of the window that were taken over and add what a fake of
//     `random` has, of which each pushes one of five unpopular items.
//   drip_N, drip_N_no_carry: a campaign of average_over_popular, average size, one unpopular
//   target,
//     its fakes spread over N batches that follow each other, screened with what the batches before
//     left and without.
//   window_other_campaign: the campaign, screened by a model whose window had 5 % fakes of
//     another campaign (random, other targets) in it.
//   window_same_campaign: the same with as many fakes of the campaign itself in the window.
// step: called after each scene.
std::vector<SceneOutcome> play_scenes(const ScreeningRequest &request, const Scenery &scenery,
                                      const Parts &parts, const ScreeningDefense &defense,
                                      std::uint64_t seed, const std::function<void()> &step);
constexpr std::array<std::size_t, 3> kDrips{3, 10, 30};
constexpr std::size_t kScenes = 9 + 2 * kDrips.size();
// Genuine accounts that must be left alone: the scene is judged as clean batches are.
bool is_about_people(std::string_view scene);

// Data with fakes marked in them: the genuine accounts that are not in the window, and all marked
// fakes, in one batch. Ratings above the highest of any genuine account are lowered to it, because
// "has a rating of 5" must not be what is found. auc: of the scores.
struct LabelledOutcome {
  CampaignOutcome outcome;
  double auc = 0.5;
};
LabelledOutcome screen_labelled(const ScreeningRequest &request, const Crowd &all,
                                const std::vector<std::uint8_t> &injected, std::uint64_t seed);

}  // namespace recveil::audit
