// What to audit of attribute inference, from the JSON of recveil_audit_run(). docs/audit.md lists
// the keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/edit.h"
#include "audit/request_fields.h"

namespace recveil::audit {

struct AttributeRequest {
  std::string data = "synthetic";    // SPEC of data/load.h
  std::string recommender = "ials";  // ials or als: what has a row a user
  // Each of: none attrcloak_df attrcloak_dd gaussian_transport optimal_transport leace
  // score_transport d2d u2u, or an edit of histories (edit.h).
  // Several ("defenses"): one report each, on the same splits.
  std::vector<std::string> defenses{"none"};
  bool compared = false;                // "defenses" was given
  std::vector<std::string> attributes;  // erased together, attacked each; empty: all of the data
  std::string adversary = "adaptive";   // naive: protocol transfer; adaptive: both
  // embedding, list, history, row+history, list+history, two_versions, outside; one of the first
  // two.
  std::vector<std::string> sources{"embedding", "list"};
  std::vector<std::string> attackers;  // names of attack/attribute.h; empty: all
  double share = 1;                    // of the people whose attributes are erased
  std::uint32_t seeds = 3;             // splits: models, requesters and cuts
  std::uint64_t first_seed = 1;        // split s uses first_seed + s
  std::uint32_t dimension = 32;        // d
  std::uint32_t list_length = 100;     // of source list
  std::uint32_t folds = 0;             // of protocol adaptive; 0: 5 with share 1, else 2
  EditOptions edit;                    // of defenses that edit histories
  bool decoys = false;                 // hide keyed decoys from lists of the erased
  bool xgboost = false;                // load XGBoost into this process, where it is installed
  double margin = 0.05;                // AUC within .5 +- margin counts as no leak
};

// object: the request. Throws Error(argument) naming the key.
AttributeRequest parse_attribute_request(const fields::Json &object);

}  // namespace recveil::audit
