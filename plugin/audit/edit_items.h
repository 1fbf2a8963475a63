// Which items tell two classes of people apart, as the published editors of histories see it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "audit/attribute_cells.h"
#include "core/interactions.h"

namespace recveil::audit {

// By L2-regularized logistic regressions (ridge 1) on histories, each without a tenth of each class
// (BlurMe as its public implementations have it): an item is of the class to which the mean of its
// weights counts, ordered by the mean of its ranks. Items that nobody of known class has are of
// none.
struct IndicativeItems {
  std::array<std::vector<std::uint32_t>, 2> of_class;  // the strongest first
  std::vector<double> weight;                          // of every item; above 0: class 1
};
IndicativeItems indicative_items(const Interactions &history, const PeopleClasses &people);

// The share of class 1 that has an item less that of class 0, over the largest such difference: in
// [-1, 1], of every item (SBO).
std::vector<double> class_leans(const Interactions &history, const PeopleClasses &people);

// Histories by how alike they are (cosine).
class SimilarPeople {
 public:
  explicit SimilarPeople(const Interactions &history);
  // Of each item, the summed similarities of the `n` people most similar to `person` who have it
  // (ties by lower row). O(histories that share an item).
  std::vector<double> confidence(std::uint32_t person, std::size_t n) const;

 private:
  const Interactions &history_;
  std::vector<std::vector<std::uint32_t>> holders_;
};

}  // namespace recveil::audit
