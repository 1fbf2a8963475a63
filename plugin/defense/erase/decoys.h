// Keyed decoy hiding (ours; docs/erasure.md). A top-k list of an erased user without the items they
// have seen still shows their history by its gaps. In each quintile of history length an unseen
// item i of a user of class y is hidden with probability (max_c s_ic - s_iy) / (1 - s_iy), s_ic the
// smoothed share of class c that has seen i, which makes "not in the list" equally frequent in all
// classes. Sticky: a keyed function of (user, item), so that asking again averages nothing out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/interactions.h"
#include "defense/erase/embeddings.h"

namespace recveil::defense {

using DecoyKey = std::array<std::uint8_t, 16>;

struct DecoyOptions {
  double smoothing = 20;          // pseudo-users of a class that see i as often as everybody does
  std::size_t length_groups = 5;  // quintiles
  // An item that would be hidden less often is never hidden. Rare decoys cost hits and hide little:
  // on MovieLens-1M (seeds 1, 2, cross-fit lists of 100) 0 gave an adaptive AUC of .587 for 1.1 %
  // of hits, 0.05 .600 for .9 %, 0.1 .620 for .4 %.
  double least_probability = 0.1;  // in [0, 1)
};

// An immutable value, const calls from any thread.
class DecoyTable {
 public:
  // From histories (one row a user) and the class of each user, kUnknown left out. Throws
  // Error(argument), and Error(data) where fewer than 2 classes have users. O(interactions + groups
  // * items * K).
  static DecoyTable fit(const Interactions &histories, const AttributeLabels &labels,
                        const DecoyOptions &options = {});

  static DecoyTable from_bytes(std::span<const std::uint8_t> bytes);  // Error(data)
  std::vector<std::uint8_t> bytes() const;  // little-endian, ends in a BLAKE2b-256 of the rest

  std::size_t n_items() const noexcept { return n_items_; }
  std::int32_t classes() const noexcept { return classes_; }
  const std::string &attribute() const noexcept { return attribute_; }

  // In [0, 1). 0 for an item beyond the table. REQUIRES: cls in [0, classes()).
  double hide_probability(std::uint32_t item, std::size_t history_length,
                          std::int32_t cls) const noexcept;
  // Whether this unseen item is hidden from this user: SipHash-2-4 of (user, item) under the key,
  // below the probability. The same answer for ever while key and table stay.
  bool hides(const DecoyKey &key, std::uint64_t user, std::uint32_t item,
             std::size_t history_length, std::int32_t cls) const noexcept;

  // Expected number of unseen items hidden from a user with this history.
  double expected_hidden(std::span<const std::uint32_t> history, std::int32_t cls) const;

 private:
  DecoyTable() = default;
  std::string attribute_;
  std::size_t n_items_ = 0;
  std::int32_t classes_ = 0;
  std::vector<std::uint64_t> length_bounds_;  // groups - 1: the first lengths of the next group
  std::vector<float> hide_;                   // groups x classes x items
};

}  // namespace recveil::defense
