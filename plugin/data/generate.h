// Generated interactions that have what the audits need of real ones: a long-tailed popularity, a
// wide spread of activity, tastes that a collaborative filter can learn, order in time, and a
// binary attribute that the tastes give away. Ours.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace recveil::data {

struct GenerateOptions {
  std::uint32_t users = 3000;  // in [10, 10,000,000]
  std::uint32_t items = 2000;  // in [10, 1,000,000]; also those that nobody takes have a column
  std::uint64_t seed = 1;
};

// The items are dealt into topics of about 50; popularity falls as 1 / sqrt(rank) over the topics
// and as 1 / rank within one. A user belongs to group "a" or "b" (the attribute "group", even
// odds), which takes to half of the topics twice as readily as to the rest, and to a few topics of
// her own, fewer the less active she is. Five items in six come from those topics; one that she
// knows already gives way to the next less popular one. Activity has the density 1 / n^2 on [20,
// 400), or on [items / 4, items / 2) where that is less. Times increase strictly along a row; there
// are no ratings. Same options, same data, on every machine: only exactly rounded arithmetic. About
// 0.1 microseconds an interaction. Throws Error(Status::argument) for a size out of range.
Dataset generate(const GenerateOptions &options);

}  // namespace recveil::data
