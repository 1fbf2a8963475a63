// The words of account screening: what may be decided about an account, and what for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace recveil {

enum class ScreenMethod : std::uint8_t { ocsvm, full };
// shadow: score and count, but quarantine nobody.
enum class ScreenMode : std::uint8_t { shadow, enforce };
constexpr std::size_t kScreenModes = 2;

// The values are those of RECVEIL_SCREEN_*, _TRIGGER_* and _REVIEW_* less one; plugin/abi asserts
// it.
enum class ScreenDecision : std::uint8_t { accept, quarantine, defer };
constexpr std::size_t kScreenDecisions = 3;
enum class ScreenTrigger : std::uint8_t { newcomer, update, batch };
constexpr std::size_t kScreenTriggers = 3;
enum class Review : std::uint8_t { confirmed, overturned };
constexpr std::size_t kReviews = 2;

// Why, as bits; the values are RECVEIL_SCREEN_OUTLIER and so on.
enum ScreenReason : std::uint32_t {
  kReasonOutlier = 1,      // its profile is unlike that of any trusted account
  kReasonFakeLike = 2,     // it is like the fakes made from the window in training
  kReasonCopy = 4,         // it matches one or two trusted accounts nearly item by item
  kReasonBurst = 8,        // an item it pushes came in far more often than it did before
  kReasonGroup = 16,       // who push that item are odd together
  kReasonUnanimous = 32,   // they agree on the highest rating more than raters do
  kReasonTrend = 64,       // an item is on the rise, and nothing else is wrong
  kReasonNewItem = 128,    // ... and is too new to tell
  kReasonOverturned = 256  // a review overturned this evidence before
};

// `screening:` of the configuration.
struct ScreenPolicy {
  ScreenMethod method = ScreenMethod::full;
  ScreenMode mode = ScreenMode::shadow;
  double nu = 0.003;                  // ocsvm: share of the window outside, (0, .5]
  double false_positive_rate = 0.01;  // full: of genuine accounts, (0, .1]
  std::uint32_t components = 30;      // k of the PCA, [1, 512]
  std::uint32_t cache_mib = 100;      // kernel cache of the SVM, [1, 65536]

  // The share of genuine accounts that is expected to be flagged.
  double expected_share() const noexcept {
    return method == ScreenMethod::ocsvm ? nu : false_positive_rate;
  }
};

}  // namespace recveil
