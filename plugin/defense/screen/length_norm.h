// Features as standard deviations from accounts of like length: most of what makes accounts differ
// is how long they are. Ours.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "defense/screen/account_features.h"

namespace recveil::defense {

// Immutable and safe from any thread.
class LengthNorm {
 public:
  LengthNorm() = default;
  // Of trusted accounts; at least 2. A window of clip(n / 12, 40, 300) accounts of like length.
  explicit LengthNorm(std::span<const FeatureRow> trusted);

  // (x - mean) / (deviation + 5 % of the overall deviation) of the window at that length, within
  // +-8. Length itself against all accounts, and ten times what it is beyond the longest and
  // shortest.
  FeatureRow z(const FeatureRow &features) const;
  // Of the trusted accounts themselves, each without itself in its window: with it, the tail of
  // the scores that are calibrated on them is half as long as that of newcomers.
  std::vector<FeatureRow> trusted_z(std::span<const FeatureRow> trusted) const;

  // For the bytes of a detector.
  struct Parts {
    std::vector<double> lengths;  // rising
    std::vector<FeatureRow> mean, deviation;
    FeatureRow overall{};  // deviations of all accounts
    double length_mean = 0, length_deviation = 1;
    std::size_t window = 0;
  };
  explicit LengthNorm(Parts parts) : parts_(std::move(parts)) {}
  const Parts &parts() const { return parts_; }

 private:
  Parts parts_;
};

}  // namespace recveil::defense
