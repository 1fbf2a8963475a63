// What the classifiers of this room require of their training data.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/error.h"
#include "core/matrix.h"

namespace recveil::numerics {

// How many labels are 1. Throws Error(Status::argument) unless there is one label a row of x, both
// classes are there and all values are finite.
inline std::size_t check_labels(const std::string &who, const Matrix &x,
                                std::span<const std::uint8_t> y) {
  if (y.size() != x.rows) {
    throw Error(Status::argument, who + ": " + std::to_string(y.size()) + " labels for " +
                                      std::to_string(x.rows) + " rows");
  }
  const auto positives = static_cast<std::size_t>(
      std::count_if(y.begin(), y.end(), [](std::uint8_t label) { return label != 0; }));
  if (positives == 0 || positives == y.size()) {
    throw Error(Status::argument, who + ": the labels are of one class");
  }
  if (!std::all_of(x.data.begin(), x.data.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(Status::argument, who + ": a value is not finite");
  }
  return positives;
}

}  // namespace recveil::numerics
