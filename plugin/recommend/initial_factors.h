// Where iALS starts.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matrix.h"
#include "core/random.h"
#include "recommend/ials.h"

namespace recveil::recommend {

// n x d normal draws of standard deviation 0.1 / sqrt(d), by the options' seed.
inline Matrix initial_factors(std::size_t n, const IalsOptions &options) {
  constexpr std::uint64_t kStream = 0x69616C73;  // "ials"
  Matrix out{n, options.d, std::vector<float>(n * options.d)};
  Rng rng(options.seed, kStream);
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.d));
  for (float &value : out.data) value = static_cast<float>(deviation * rng.normal());
  return out;
}

}  // namespace recveil::recommend
