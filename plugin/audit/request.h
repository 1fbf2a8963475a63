// What to audit, from the JSON of recveil_audit_run(). docs/audit.md lists the keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/request_fields.h"

namespace recveil::audit {

// One line of a report: a defence, with its settings, against an adversary.
struct Cell {
  std::string defense;  // none, popularity_randomization, fold_in, cross_fit, private
  // naive: the shadow is undefended; adaptive: the shadow has the defence; sybil: adaptive, with
  // accounts of their own; crowd: adaptive, and sees lists of other people.
  std::string adversary;
  double ratio = 0.1;                          // of popularity_randomization
  std::uint32_t folds = 5, support_floor = 0;  // of cross_fit; floor 0: the data decide
  double epsilon = 4;                          // of private, at kPrivateDelta
};
constexpr double kPrivateDelta = 1e-6;

// Whether two cells show everybody the same lists, and the same to a sybil: they differ in nothing
// that their defence uses.
bool serve_alike(const Cell &a, const Cell &b);

// Whether accounts are served by a model of the history alone, the same for everybody.
bool serves_any_history(const Cell &cell);

// Whether the attacker of a private model who knows everybody else is run.
bool is_informed(const Cell &cell);

// Whether the recommender of the request serves it, rather than models made for the defence.
bool uses_recommender(const Cell &cell);

struct Request {
  std::string audit = "membership";  // membership; grid and demo: several cells in one report
  std::string data = "synthetic";    // SPEC of data/load.h
  std::string recommender = "item_cf";
  std::vector<Cell> cells;
  std::uint32_t seeds = 5;       // user-disjoint splits
  std::uint64_t first_seed = 1;  // split s uses first_seed + s
  std::uint32_t list_length = 100;
  std::uint32_t dimension = 32;  // of factor models
  std::string export_folder;     // key "export": the first split as files for the lists audit
  // balanced: each half of the people are members of one system and non-members of the other;
  // biased: other people, and non-members are less active.
  std::string activity = "balanced";
  // What models are trained on, and served: `trained`: the same for everybody; `current`: people go
  // on after the training, and are served by what they have now; `stale_members`: members are
  // served by what they had then, the others by what they have now.
  std::string freshness = "trained";
  double knowledge = 1;      // the share of every history that the attacker knows
  bool later_items = false;  // and the item taken next, which no recommender got
  std::uint32_t people = 0;  // of each population, who are looked at; 0: all
  // all: also those who are not looked at train; sample: the systems are as small as the sample.
  std::string trained_on = "all";
  std::uint32_t shadows = 0;      // systems that an attacker trains on halves of the same people
  std::uint32_t history_cap = 0;  // items of a history that models are trained on; 0: all
  std::uint32_t neighbours = 0;   // of an item, in item_cf; 0: all
  std::uint32_t canaries = 0;     // planted in the first split's target, each class
  double member_share = 0.83;     // who train, where the attacker knows everybody else
  bool baselines = false;         // other ways next to private training, where it is informed
  double margin = 0.05;           // AUC within .5 +- margin counts as no leak
};

// object: the request. Throws Error(argument) naming the key.
Request parse_request(const fields::Json &object);

}  // namespace recveil::audit
