// A recommender in production, in small: trained on its members, and serving everybody through the
// library's own recveil_route and recveil_serve.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/audit_module.h"
#include "attack/membership.h"
#include "recommend/evaluate.h"
#include "recommend/recommender.h"

namespace recveil::audit {

struct ServingOptions {
  std::string defense;
  std::uint32_t list_length = 100;
  double ratio = 0.1;
  std::uint64_t seed = 1;  // of the key and of the sampled negatives
};

// Members first, then non-members; `population.lists` is what each was shown.
struct Served {
  attack::Population population;
  recommend::Utility members, non_members;        // full ranking of the served list
  recommend::Utility members_99, non_members_99;  // against 99 sampled negatives
  std::vector<std::uint32_t> host_ns, pool_ns;    // time of route and serve, per slate
};

// Ranks, routes and serves every user: members by the model's ranked list of the items they have
// not seen, non-members from the pool. held_out: the item to find, members first, then non-members.
// Throws Error with the library's own text if a call fails.
Served serve_everybody(const recveil_audit_services &library, const recommend::Recommender &model,
                       const Interactions &members, const Interactions &non_members,
                       const std::vector<std::uint32_t> &held_out, const ServingOptions &options);

}  // namespace recveil::audit
