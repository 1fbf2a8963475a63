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
Verdict wanted(const ServePolicy &policy, const Facts &facts) noexcept {
  if (facts.erased) {
    return {path_of(policy.erased), Reason::erased, Population::erased, {}};
  }
  if (facts.quarantined) {
    return {path_of(policy.quarantined), Reason::quarantined, Population::quarantined, {}};
  }
  if (policy.mode == ServingMode::cross_fit) {
    if (!facts.has_history) return {Path::pool, Reason::no_history, Population::everybody, {}};
    if (!facts.has_folds) return {Path::refuse, Reason::no_folds, Population::everybody, {}};
    return {Path::fold, Reason::cross_fit, Population::everybody, {}};
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

Verdict decide(const ServePolicy &policy, const Facts &facts) noexcept {
  Verdict verdict = wanted(policy, facts);
  bool failed = verdict.reason == Reason::no_members || verdict.reason == Reason::no_folds;
  if (verdict.path == Path::pool && (!facts.has_pool || facts.pool_stale)) {
    verdict.reason = facts.has_pool ? Reason::stale_pool : Reason::no_pool;
    failed = true;
  }
  if (failed) {
    verdict.path = path_on_error(policy.on_error, facts.has_pool);
    verdict.outcome = Outcome::failsafe;
  } else {
    verdict.outcome = outcome_of(verdict.path, policy);
  }
  if (policy.dry_run) {
    verdict.path = Path::host;
    verdict.reason = Reason::dry_run;
  }
  return verdict;
}

}  // namespace recveil::defense
