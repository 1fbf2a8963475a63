// Cuts the histories of a dataset short, as a shop has them: many people with the same two or three
// items. Ours; for audits of what people with equal histories give away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/dataset.h"

namespace recveil::data {

struct ShortHistories {
  std::uint32_t least = 2, most = 19;  // interactions a user keeps, in [1, 1,000,000]
  std::uint32_t top_items = 0;         // of the most popular items alone; 0: of all
  std::uint64_t seed = 1;
};

// "2..19" into least and most. Throws Error(Status::argument).
void parse_lengths(std::string_view scheme, std::string_view value, ShortHistories &out);

// Each user keeps n interactions, drawn at random, in their order: n has the probability 1 / n^2 in
// [least, most], in whole numbers. A user with fewer than `least` of the top items keeps
// interactions with any; one with fewer than n in all keeps them all. The items keep their columns.
void cut_histories(const ShortHistories &cut, Dataset &dataset);

// What dataset.name says of it: "histories=2..19" and, where they are set, the other options.
std::string describe(const ShortHistories &cut, char separator);

}  // namespace recveil::data
