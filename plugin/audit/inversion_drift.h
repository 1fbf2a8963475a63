// Whether a host that watches the item would notice an injection: each model is compared with the
// last one as publishing compares them (defense/fold/drift.h).
#pragma once

#include <cstdint>
#include <string>

#include "attack/profile.h"
#include "audit/inversion_request.h"
#include "defense/fold/drift.h"

namespace recveil::audit {

// The model of `recommender` on these accounts, as a host would publish it, in part. item: watched.
defense::ModelSketch watched_model(const InversionRequest &request, const std::string &recommender,
                                   const attack::Accounts &training, std::uint32_t item,
                                   std::uint64_t seed);

// As publishing would with the default serving.watch_items.false_alarm_rate and one watched item.
bool drift_alarm(const defense::ModelSketch &last, const defense::ModelSketch &next,
                 std::uint32_t item);

}  // namespace recveil::audit
