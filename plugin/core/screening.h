// The words of account screening: what may be decided about an account, and why it was screened.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/enum_place.h"

namespace recveil {

enum class ScreenMethod : std::uint8_t { ocsvm, full };
// shadow: score and count, but quarantine nobody.
enum class ScreenMode : std::uint8_t { shadow, enforce };
constexpr std::size_t kScreenModes = 2;

// The values are those of RECVEIL_SCREEN_*, _TRIGGER_* and _REVIEW_*; plugin/abi asserts it.
enum class ScreenDecision : std::uint8_t { accept = 1, quarantine = 2, defer = 3 };
constexpr std::size_t kScreenDecisions = 3;
enum class ScreenTrigger : std::uint32_t { newcomer = 1, update = 2, batch = 3 };
constexpr std::size_t kScreenTriggers = 3;
// exempt: never flagged, whatever the evidence.
enum class Review : std::uint32_t { confirmed = 1, overturned = 2, exempt = 3 };
constexpr std::size_t kReviews = 3;

// nu of the one-class SVM: `given`, or that of the method where it is 0. Hidano et al. use .003.
constexpr double nu_in_use(ScreenMethod method, double given) noexcept {
  return given > 0 ? given : method == ScreenMethod::ocsvm ? 0.003 : 0.03;
}

// `screening:` of the configuration.
struct ScreenPolicy {
  ScreenMethod method = ScreenMethod::full;
  ScreenMode mode = ScreenMode::shadow;
  double nu = 0;                      // of the one-class SVM, (0, .5]; 0: that of the method
  double false_positive_rate = 0.01;  // full: of genuine accounts, (0, .1]
  std::uint32_t components = 30;      // k of the PCA, [1, 512]
  bool push_down = true;              // also look for campaigns that push items down
  double carry_over = 0.9;            // of what a batch leaves to the one after the next, (0, 1]

  double nu_in_use() const noexcept { return recveil::nu_in_use(method, nu); }
  // The share of genuine accounts that is expected to be flagged at most.
  double expected_share() const noexcept {
    return method == ScreenMethod::ocsvm ? nu_in_use() : false_positive_rate;
  }
};

}  // namespace recveil
