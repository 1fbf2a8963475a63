// The length of (a, b) for numbers near 1. std::hypot would need glibc 2.35; the oldest that the
// libraries run on is 2.34.
#pragma once

#include <cmath>

namespace recveil {

inline double hypotenuse(double a, double b) {
  return std::sqrt(a * a + b * b);
}

}  // namespace recveil
