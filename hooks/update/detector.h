// A detector of defense/screen with the scale that its window promised.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/screening.h"
#include "defense/screen/detector.h"
#include "hooks/update/window.h"

namespace recveil::hooks {

struct HostDetector {
  defense::Detector detector;
  float rating_min = 0, rating_max = 0;  // both 0: implicit
  std::uint64_t accounts = 0;            // of the window, of which the detector saw a sample

  std::string bytes() const;
  // Throws Error(data).
  static HostDetector read(std::string_view bytes);
  // By the policy's method and rates. Throws Error(data) for too few accounts, and whatever
  // progress throws.
  static HostDetector train(const Window &window, const ScreenPolicy &policy, std::uint64_t seed,
                            const defense::ScreenProgress &progress);
};

}  // namespace recveil::hooks
