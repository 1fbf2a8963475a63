// The numbers that tell what a dataset is like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace recveil::data {

struct AttributeSummary {
  std::string name;
  std::vector<std::string> values;  // as in Attribute
  std::vector<std::size_t> count;   // users per value
  std::size_t unknown = 0;          // users without a value
};

struct Summary {
  std::size_t users = 0, items = 0, interactions = 0;
  double density = 0;  // interactions / (users * items), in [0, 1]
  // Interactions a user; the median of an even number of users is the mean of the middle two.
  double mean_history = 0, median_history = 0;
  std::size_t max_history = 0;
  double known_times = 0;  // share of interactions with a known time, in [0, 1]
  bool has_ratings = false;
  float least_rating = 0, greatest_rating = 0;  // 0 without ratings
  std::vector<AttributeSummary> attributes;
  std::size_t injected = 0;  // accounts known to be fake
};

// All 0 for a dataset of no users. O(users + interactions).
Summary summarize(const Dataset &dataset);

}  // namespace recveil::data
