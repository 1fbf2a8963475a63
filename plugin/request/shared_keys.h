// Keys that several audits have.
#pragma once

#include "request/keys.h"

namespace recveil::request {

inline constexpr double kMostSeed = 1 << 30;
inline constexpr Key kData{"data", Kind::text, "synthetic", 0, 0, {}, "SPEC of the data"};
inline constexpr Key kFirstSeed{
    "first_seed", Kind::whole, "1", 0, kMostSeed, {}, "seed of the first split"};

}  // namespace recveil::request
