// A recommendation dataset in memory: who interacted with what, when, how they rated it, and what
// is known about the users. Read by data/load.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/interactions.h"

namespace recveil::data {

// One categorical attribute of the users, such as gender.
struct Attribute {
  std::string name;
  std::vector<std::string> values;  // the classes, in order of first appearance
  std::vector<std::int32_t> label;  // per user: index into `values`, or -1 where unknown
};

// The arrays next to `interactions` are parallel to interactions.items, or empty where the source
// has no such column. Users with no interaction are not in the dataset.
struct Dataset {
  std::string name;            // the SPEC it came from, without any folder ("ml-1m")
  Interactions interactions;   // rows in order of time (unknown times first), else source order
  std::vector<float> ratings;  // in the units of the source
  std::vector<std::int64_t> times;    // Unix seconds; 0: not known
  std::vector<std::string> user_ids;  // per row, as written in the source
  std::vector<std::string> item_ids;  // per column
  std::vector<Attribute> attributes;
  std::vector<std::uint8_t> injected;  // per user: 1 for an account known to be fake; else empty
};

}  // namespace recveil::data
