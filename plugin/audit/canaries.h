// Canaries: people who each hold a pair of items that nobody else has. What one half of a pair
// recommends tells whether somebody with the other half trained the model; nothing hides better in
// a crowd, so nothing tells more plainly what a floor on the support of items is for. Ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "audit/accounts.h"
#include "audit/host.h"
#include "core/interactions.h"

namespace recveil::audit {

struct Canary {
  std::size_t row = 0;         // of the host's people
  std::uint32_t a = 0, b = 0;  // a is in the served history; b is withheld from it
};

struct Planted {
  Host host;  // model: not trained yet
  std::vector<Canary> members, non_members;
};

// The host with a pair more in the histories of its first n members and n non-members, or as many
// as there are. Members were trained on both items; on those of non-members nobody was.
Planted plant_canaries(const Host &host, std::size_t n);

// Canaries whose b was shown.
struct Shown {
  std::size_t members = 0, non_members = 0;
};
struct CanaryCounts {
  std::size_t n = 0;     // of each class
  Shown own_slate;       // to the canary
  Shown any_fold;        // to an account in any fold that types in the canary's served history
  Shown any_fold_alone;  // to an account in any fold that types in a alone
};

// lists: what the host's people are shown, a row a person.
void count_own_slates(const Planted &planted, const RankedLists &lists, CanaryCounts &out);
// Asks 2 * accounts.folds times for every canary.
void count_asked(const Planted &planted, const Accounts &accounts, CanaryCounts &out);

}  // namespace recveil::audit
