// What a request gets, as a pure function of the policy and of what is known.
#pragma once

#include "core/serving.h"

namespace recveil::defense {

struct Facts {
  Membership membership = Membership::ask;  // ask: it could not be found out
  bool quarantined = false;
  bool erased = false;
  bool has_pool = false;
  bool pool_stale = false;
  bool has_history = false;  // cross-fit alone looks at this and the next
  bool has_folds = false;
};

struct Routing {
  Path path = Path::refuse;
  Reason reason = Reason::no_members;
  Population population = Population::nonmember;
  Outcome outcome = Outcome::refused;  // with dry_run: what would have been done
};

// Erasure goes before quarantine, quarantine before membership. With cross-fit membership is not
// looked at.
Routing decide(const ServePolicy &policy, const Facts &facts) noexcept;

}  // namespace recveil::defense
