// A number that was measured, with its interval.
#pragma once

namespace recveil {

struct Estimate {
  double value = 0, lo = 0, hi = 0;  // lo, hi: a confidence interval; NaN where not known
};

}  // namespace recveil
