// Whether a host that compares each model with the last one would notice an injection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "audit/inversion_request.h"
#include "defense/fold/drift.h"

namespace recveil::audit {

// The neighbours of items by `item_cf`, and how many accounts have each.
struct WatchedModel {
  WatchedModel(const InversionRequest &request, const Interactions &training);
  defense::ItemNeighborhoods neighborhoods;
  std::vector<std::uint32_t> support;
};

// An alarm for one watched item: its neighbours changed more than those of all but 1 % of 500
// ordinary items. In an ordinary retraining that happens once in a hundred.
bool drift_alarm(const WatchedModel &last, const WatchedModel &next, std::uint32_t item);

}  // namespace recveil::audit
