// Published ways to hide a class of people by editing what they did before a recommender learns
// from it: items are added to a history or taken out. Baselines to compare an erasure with, against
// an attacker who learns on edited histories too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/attribute_cells.h"
#include "audit/edit_items.h"
#include "core/interactions.h"

namespace recveil::audit {

struct EditOptions {
  double share = 0.1;                 // of a history: so many items are added, rounded up
  std::string choice = "greedy";      // blurme, blurmore: greedy, random, sampled
  std::string removal = "random";     // blurmore, perblur: none, random, strategic
  std::string sbo_edit = "weighted";  // imputation, removal, weighted
  double sbo_threshold = 0.3;         // who is edited at all
  double epsilon = 4;                 // randomized_response: of one bit
};

struct EditedHistories {
  Interactions rows;  // of everybody; those who did not ask, or whose class is not known, as before
  std::size_t added = 0, removed = 0;
};

// blurme, blurmore, perblur, sbo, randomized_response.
bool is_edit(const std::string &defense);

// Edits the histories of requesters of known class. What tells the classes apart is learnt on the
// histories of everybody of known class, as they were, when it is first needed. Several attributes
// are hidden one after the other; randomized_response needs none and flips once. At least one item
// of a history stays.
//
//   blurme    Weinsberg et al., RecSys'12: adds items that a logistic regression counts towards the
//             other class: the strongest (greedy), any (random), or by their weight (sampled).
//   blurmore  Strucks et al., RMSE'19: the same; no item gets more than twice the people it had,
//             and as many items are taken from people with more than 200.
//   perblur   Slokom et al., IPM'21: the same, with the 100 strongest items in the order in which
//             the 30 people of the most similar histories have them; removal from people with more
//             than 20.
//   sbo       Escobedo et al., 2024: people whose items lean to a class; adds items that lean to
//             the other class and takes out items of their own, each with the probability that is
//             its lean.
//   randomized_response  Warner, 1965: every bit "has the item" is flipped with probability
//             1 / (1 + e^epsilon); the person spends epsilon times the size of the catalogue.
class HistoryEditor {
 public:
  // All of them must outlive the editor.
  HistoryEditor(const Interactions &history, const std::vector<PeopleClasses> &attributes,
                const std::vector<std::uint8_t> &requesters);

  // Deterministic in seed. Throws Error(unsupported) for an attribute of other than two classes
  // (but for randomized_response).
  EditedHistories edit(const std::string &method, const EditOptions &options, std::uint64_t seed);

 private:
  const IndicativeItems &items_of(std::size_t attribute);

  const Interactions &history_;
  const std::vector<PeopleClasses> &attributes_;
  const std::vector<std::uint8_t> &requesters_;
  std::vector<std::optional<IndicativeItems>> items_;  // of attributes
};

}  // namespace recveil::audit
