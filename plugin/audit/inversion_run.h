// One repeat of an inversion audit: one sensitive item, one draw of decoys, every way to make fakes
// at every rate, and the controls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "audit/inversion_request.h"
#include "audit/screening_accounts.h"
#include "data/read_injection.h"

namespace recveil::audit {

// How many decoys people were shown, after one injection or over several.
struct InversionCount {
  std::vector<std::size_t> with, without;  // [s]: people with and without the item, shown s decoys
  std::size_t fakes = 0, fakes_held_up = 0;
  // People of the batches that fakes came in, those quarantined or deferred, those quarantined.
  std::size_t screened = 0, people_held_up = 0, people_quarantined = 0;

  std::size_t publishes = 0, drift_alarms = 0;  // served by one model for everybody

  std::size_t n_with() const;
  std::size_t n_without() const;
  // Shown at least `threshold` decoys.
  std::size_t hits(std::size_t threshold) const;
  std::size_t flagged(std::size_t threshold) const;
  InversionCount &operator+=(const InversionCount &more);
};

// A way to make fakes at a rate; recipe: index into request.fakes.
struct InversionCell {
  std::size_t recipe = 0;
  double alpha = 0;
};
std::vector<InversionCell> inversion_cells(const InversionRequest &request);

struct InversionRepeat {
  std::uint32_t item = 0;
  std::vector<InversionCount> cells;  // as inversion_cells()
  InversionCount clean;               // no fakes, the same item and decoys: the negative control
  // Naive fakes at the highest rate, nobody screened, lists undefended: the positive controls, of
  // item_cf and of the audited recommender.
  InversionCount open_item_cf, open_same;
};

// Who has an item of the request's data, and how many people have each. Where there are ratings
// only those of rating_at_least count. O(interactions).
std::vector<std::uint32_t> people_with_each(const Crowd &people, double rating_at_least);
std::vector<std::uint8_t> people_with(const Crowd &people, std::uint32_t item,
                                      double rating_at_least);

// step: called after each training of a recommender that is attacked; inversion_steps() of them.
// example: takes the lists without fakes and those of the last cell; may be null.
InversionRepeat run_inversion(const InversionRequest &request, const Crowd &people,
                              std::uint32_t item, std::uint64_t seed,
                              const std::function<void()> &step,
                              data::InjectionTables *example = nullptr);
std::size_t inversion_steps(const InversionRequest &request);

}  // namespace recveil::audit
