#include "journal/transitions.h"

namespace recveil::journal {

bool may_follow(State from, State to) noexcept {
  switch (from) {
    case State::received:
      return to == State::held || to == State::applying || to == State::rejected ||
             to == State::cancelled || to == State::noop || to == State::failed;
    case State::held:
      return to == State::received || to == State::rejected || to == State::cancelled;
    case State::applying:
      return to == State::verifying || to == State::failed;
    case State::verifying:
      return to == State::applying || to == State::publishing || to == State::failed;
    case State::publishing:
      return to == State::applying || to == State::completed || to == State::failed;
    case State::failed:
      return to == State::received;
    case State::completed:
    case State::rejected:
    case State::cancelled:
    case State::noop:
      return false;
  }
  return false;
}

bool is_finished(State state) noexcept {
  return state == State::completed || state == State::rejected || state == State::cancelled ||
         state == State::noop;
}

const char *open_dsr_status(State state) noexcept {
  switch (state) {
    case State::received:
    case State::held:
      return "pending";
    case State::completed:
    case State::noop:
      return "completed";
    case State::rejected:
    case State::cancelled:
      return "cancelled";
    default:
      return "in_progress";
  }
}

}  // namespace recveil::journal
