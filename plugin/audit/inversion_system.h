// The recommender that an inversion audit attacks, and how its lists are served.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "attack/profile.h"
#include "audit/inversion_request.h"
#include "recommend/recommender.h"

namespace recveil::audit {

// Of what people have, in ials, against 1 of what they do not: Hu et al. with confidence 1 + 1, the
// setting of the attack's experiments.
constexpr double kIalsWeight = 2;

// Trains `recommender` (item_cf, als, als_observed, ials) on the accounts with the request's
// settings.
std::unique_ptr<recommend::Recommender> train_target(const InversionRequest &request,
                                                     const std::string &recommender,
                                                     const attack::Accounts &training,
                                                     std::uint64_t seed);

// What the first `people` rows of `training` are shown: the best unseen items. defense: none: one
// model, everybody by their trained row; cross_fit: everybody by the model that never saw their
// fold, by fold-in; private: by fold-in to a model of noisy statistics.
RankedLists shown_lists(const InversionRequest &request, const std::string &recommender,
                        const std::string &defense, const attack::Accounts &training,
                        std::size_t people, std::uint64_t seed);

}  // namespace recveil::audit
