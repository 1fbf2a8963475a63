// A recommender in production, in small: everybody is served through the library's own
// recveil_route and recveil_serve.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "abi/audit_module.h"
#include "attack/membership.h"
#include "audit/accounts.h"
#include "audit/engine.h"
#include "audit/host.h"
#include "audit/sybil.h"
#include "recommend/evaluate.h"

namespace recveil::audit {

// What the support floor takes from the models of the folds, on average.
struct FloorCost {
  double items = 0;         // share of the items that somebody in the model has
  double interactions = 0;  // share of their interactions
  double next_items = 0;    // share of the held-out items that cannot be shown
};

// Members first, then non-members; `population.lists` is what each was shown.
struct Served {
  attack::Population population;
  recommend::Utility members, non_members;        // full ranking of the served list
  recommend::Utility members_99, non_members_99;  // against 99 sampled negatives
  std::vector<std::uint32_t> host_ns, pool_ns;    // time of route and serve, per slate
  Probes probes;                                  // by a sybil; empty where none was asked for
  FloorCost floor_cost;                           // with defence cross_fit
  double items_shown = 0;  // different items in the first ten places of all lists
};

// What somebody else does with accounts while the system is up.
using Visit = std::function<void(const Accounts &)>;

// Ranks, routes and serves every user: by the host's ranked list of the items they have not seen,
// by the models of their fold, or from the pool, as the library routes them. Throws Error with the
// library's own text if a call fails. trained: see FoldServer. visit: called last, may be empty.
// REQUIRES with a visit: defence fold_in, cross_fit or private, where an account need not be a
// person of the host.
Served serve_everybody(const recveil_audit_services &library, const Host &host,
                       const ServingOptions &options, TrainedFolds &trained,
                       const Visit &visit = {});

// What people in `rows` of the host are shown, in that order.
RankedLists serve_some(const recveil_audit_services &library, const Host &host,
                       const ServingOptions &options, const std::vector<std::uint32_t> &rows);

}  // namespace recveil::audit
