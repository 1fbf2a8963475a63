#include "defense/serve/decide.h"

namespace recveil::defense {
namespace {

Path path_of(Treatment treatment) noexcept {
  switch (treatment) {
    case Treatment::pool:
      return Path::pool;
    case Treatment::host:
      return Path::host;
    case Treatment::refuse:
      break;
  }
  return Path::refuse;
}

Path path_on_error(OnError on_error, bool has_pool) noexcept {
  switch (on_error) {
    case OnError::pool:
      return has_pool ? Path::pool : Path::refuse;
    case OnError::open:
      return Path::host;
    case OnError::closed:
      break;
  }
  return Path::refuse;
}

Outcome outcome_of(Path path, const ServePolicy &policy) noexcept {
  switch (path) {
    case Path::host:
      return Outcome::passthrough;
    case Path::pool:
      return policy.pool_in_order() ? Outcome::popular : Outcome::randomized;
    case Path::fold:
      return Outcome::folded;
    case Path::refuse:
      break;
  }
  return Outcome::refused;
}

// What the policy wants for this user, before it is known whether that can be had.
Routing wanted(const ServePolicy &policy, const Facts &facts) noexcept {
  if (facts.erased) {
    return {path_of(policy.erased), Reason::erased, Population::erased, {}};
  }
  if (facts.quarantined) {
    return {path_of(policy.quarantined), Reason::quarantined, Population::quarantined, {}};
  }
  if (policy.folds_in()) {
    if (!facts.has_history) return {Path::pool, Reason::no_history, Population::everybody, {}};
    if (!facts.has_folds) return {Path::refuse, Reason::no_folds, Population::everybody, {}};
    const bool one_model = policy.mode == ServingMode::private_model;
    return {Path::fold,
            one_model ? Reason::private_model : Reason::cross_fit,
            Population::everybody,
            {}};
  }
  switch (facts.membership) {
    case Membership::member:
      return {Path::host, Reason::member, Population::member, {}};
    case Membership::nonmember:
      return {Path::pool, Reason::nonmember, Population::nonmember, {}};
    case Membership::ask:
      break;
  }
  return {Path::refuse, Reason::no_members, Population::nonmember, {}};
}

}  // namespace

Routing decide(const ServePolicy &policy, const Facts &facts) noexcept {
  Routing routing = wanted(policy, facts);
  bool failed = routing.reason == Reason::no_members || routing.reason == Reason::no_folds;
  if (routing.path == Path::pool && (!facts.has_pool || facts.pool_stale)) {
    routing.reason = facts.has_pool ? Reason::stale_pool : Reason::no_pool;
    failed = true;
  }
  if (failed) {
    routing.path = path_on_error(policy.on_error, facts.has_pool);
    routing.outcome = Outcome::failsafe;
  } else {
    routing.outcome = outcome_of(routing.path, policy);
  }
  if (policy.dry_run) {
    routing.path = Path::host;
    routing.reason = Reason::dry_run;
  }
  return routing;
}

}  // namespace recveil::defense
