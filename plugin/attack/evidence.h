// From what an attacker knows and a population to the numbers that attackers learn on, once for all
// of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "attack/membership.h"
#include "attack/reference.h"
#include "numerics/svd.h"

namespace recveil::attack {

// Auxiliary data, prepared once for all populations it is used on. Immutable.
struct Knowledge {
  // Throws Error(Status::argument) where the parts of `auxiliary` differ in the number of items.
  explicit Knowledge(const Auxiliary &auxiliary);

  std::size_t n_items() const { return popularity.size(); }

  Matrix item_vectors;
  Matrix directions;  // item vectors of length 1; those of 0 stay 0
  std::vector<std::uint64_t> popularity;
  std::vector<double> log_popularity;          // log(1 + popularity)
  std::vector<std::uint32_t> by_popularity;    // items, most popular first, ties by lower index
  std::vector<std::uint32_t> popularity_rank;  // of each item in by_popularity
  std::optional<Reference> reference;          // of the people, if any
};

// People and what was made of them, one row a person. Immutable.
struct Observation {
  std::shared_ptr<const Knowledge> knowledge;
  std::shared_ptr<const Population> seen;
  const Population &people = *seen;
  Matrix difference;  // difference_vectors()
  Matrix features;    // feature_matrix(), of which `difference` is the first part
};

// Throws Error(Status::argument) where histories, lists and labels differ in number or name items
// that the knowledge lacks. Cost: as feature_matrix().
Evidence observe(const std::shared_ptr<const Knowledge> &knowledge, Population people);
// The same of people who are not copied.
Evidence observe(const std::shared_ptr<const Knowledge> &knowledge,
                 std::shared_ptr<const Population> people);

// The people named by `rows`, in that order. O(size of the result).
Evidence select(const Evidence &evidence, const std::vector<std::uint32_t> &rows);

}  // namespace recveil::attack
