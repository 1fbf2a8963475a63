// Scenes of genuine people who are not new: they come back with more, or bring a history along.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "audit/screening_scenes.h"

namespace recveil::audit {

// On one split. Each trains on the window anew, without what its people come back with.
//   returning_one_event: up to 400 people of the window (half of it, where it is smaller) come back
//     with one interaction more: all at once; 25 of them in batches of one; and half of them among
//     as many new people.
//   returning_tenth: the same with a tenth of their interactions more.
//   new_after_returning: 100 new people in the batch after that of the 400, with what it left.
//   shared_history: 100 new accounts, among as many others, of people of the window who brought
//     their history along and added 3 items. The host knows whose they are.
//   returning_update: as returning_one_event without the third batch, where the window counted
//     everybody but keeps a random half of the accounts, and the host says that they are known.
//   returning_not_told: the same, and the host does not say.
// step: called after each scene.
std::vector<SceneOutcome> play_people(const ScreeningRequest &request, const Scenery &scenery,
                                      const Parts &parts, std::uint64_t seed,
                                      const std::function<void()> &step);
constexpr std::size_t kPeopleScenes = 6;

}  // namespace recveil::audit
