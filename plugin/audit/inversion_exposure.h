// Which items of a catalogue could be exposed by how many fakes, computed from the clean model
// without injecting anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "audit/inversion_request.h"
#include "audit/screening_accounts.h"

namespace recveil::audit {

struct ItemExposure {
  std::uint32_t item = 0;
  std::size_t people = 0;  // who have it
  // The fewest naive fakes that put all decoys into the lists of a tenth and of half of them; none:
  // a fifth as many fakes as there are people do not.
  std::optional<std::size_t> fakes_tenth, fakes_half;
};

// For each item of `least` people or more. A decoy is taken to be had by as many people as the
// median item, and is shown where it scores above what is now in the place that it would take.
// item_cf: f fakes give a decoy the similarity f / (sqrt((d_x + f) (d_y + f)) + shrinkage) to the
// item, d being the people of each, and that is its score for people with the item. als and ials:
// attack/inversion_influence.h, of ials for at most 20 of the people. Of als_observed nothing:
// naive fakes do not move it. By fakes_half, then fakes_tenth, then item.
bool has_exposure(const InversionRequest &request);
std::vector<ItemExposure> item_exposure(const InversionRequest &request, const Crowd &people,
                                        std::size_t least);

}  // namespace recveil::audit
