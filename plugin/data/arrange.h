// Interactions in the order of their source into the rows of a Dataset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/line_numbers.h"

namespace recveil::data {

// What to do with a user-item pair that the source holds more than once.
enum class Duplicates { error, first, last };

// Parallel arrays, one entry a record; ratings and times empty where the source has none.
struct Records {
  std::vector<std::uint32_t> user, item;
  std::vector<float> rating;
  std::vector<std::int64_t> time;  // Unix seconds; 0: not known
};

// Sets the interactions, ratings, times and item_ids of `dataset`: rows by time, stable, unknown
// times first; item columns in the order in which the rows first name them (so a dataset that is
// written row by row and read again comes out the same). item_ids: by the item indices of
// `records`. Every index in [0, n_users) and of item_ids must occur. Throws Error(Status::data) for
// a repeated pair where that is an error, naming both lines: record r came from line lines.of(r) of
// `file`. O(n log n) time, 8 n bytes besides the result.
void arrange(const Records &records, std::size_t n_users, std::vector<std::string> item_ids,
             Duplicates duplicates, const std::string &file, const LineNumbers &lines,
             Dataset &dataset);

}  // namespace recveil::data
