// The recommenders that stand for a host's, with settings that stand for a sensible host's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audit/request.h"
#include "recommend/fold_model.h"
#include "recommend/folds.h"
#include "recommend/recommender.h"

namespace recveil::audit {

// With request.history_cap, models are trained on the last so many items of each history; with
// request.neighbours, item_cf keeps the heaviest so many of each item.
std::unique_ptr<recommend::Recommender> train(const Request &request, const Interactions &members,
                                              std::uint64_t seed);

// The same with what each member did times a weight (recommend/weighted_ials.h). Null for what no
// recipe here trains with weights: all but ials.
std::unique_ptr<recommend::Recommender> train_weighted(const Request &request,
                                                       const Interactions &members,
                                                       std::span<const float> weights,
                                                       std::uint64_t seed);

// One model a fold, by the recipes of docs/cross_fit.md. REQUIRES: item_cf, ials, als or lfm.
std::vector<recommend::FoldModel> train_folds(const Request &request, const Interactions &members,
                                              const recommend::Folds &folds, std::uint64_t seed);

// The work of training what a cell serves from, in trainings of one model on all members. Folds of
// factor models: F models of (F - 1) / F of the members, F - 1. Item-CF counts every member once
// whatever F is: 1.
double training_units(const std::string &recommender, const Cell &cell);

}  // namespace recveil::audit
