// A host's backend in small: its people, and the recommender it trained on its members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/interactions.h"
#include "recommend/fold_model.h"
#include "recommend/folds.h"
#include "recommend/recommender.h"

namespace recveil::audit {

// Rows are people, members first: those who are looked at, and members who only train after them.
struct Host {
  std::vector<std::uint64_t> users;          // ids
  std::size_t members = 0;                   // how many of them
  std::vector<std::uint64_t> trained_users;  // ids of members, in the order of `trained`
  Interactions trained;                      // of all members: what the models were trained on
  Interactions served;                       // of everybody: the history that is served
  Interactions known;                        // of everybody: what an attacker knows of them
  std::vector<std::uint32_t> held_out;       // of everybody: the item taken next, or kNoItem
  std::unique_ptr<recommend::Recommender> model;
  // The models of the given folds of its first argument's rows.
  std::function<std::vector<recommend::FoldModel>(const Interactions &, const recommend::Folds &)>
      train_folds;
};

// The models of folds that were trained last, for the next settings with the same folds.
struct TrainedFolds {
  std::vector<std::uint32_t> of;  // of each member
  std::shared_ptr<const std::vector<recommend::FoldModel>> models;
};

}  // namespace recveil::audit
