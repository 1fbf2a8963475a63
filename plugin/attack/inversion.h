// Model inversion by injected accounts: Hidano et al., "Exposing Private User Behaviors of
// Collaborative Filtering via Model Inversion Techniques", PETS'20. Fakes tie a sensitive item to
// harmless decoys; people who are shown enough of the decoys afterwards are said to have the item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "attack/profile.h"
#include "core/interactions.h"
#include "core/random.h"

namespace recveil::attack {

// Which harmless items the fakes rate next to the sensitive ones.
enum class Decoys : std::uint8_t {
  random,   // of all that somebody has
  rare,     // of the quarter with the fewest people
  popular,  // of the tenth with the most people
};

// `count` distinct items that at least one person has and that are not in `sensitive`, in
// ascending order. Throws Error(argument) where there are too few.
std::vector<std::uint32_t> choose_decoys(Decoys kind, const Interactions &people,
                                         std::span<const std::uint32_t> sensitive,
                                         std::size_t count, Rng &rng);

// What a fake ties together. Distinct items below n_items.
struct InversionTargets {
  std::vector<std::uint32_t> sensitive, decoys;  // X and Y, at least 1 each
};

// `fakes` accounts with X and Y at `highest` and nothing else: where Algorithm 2 starts, and all
// that an attacker without a model can do. rated: whether to write ratings.
Accounts naive_fakes(const InversionTargets &targets, std::size_t fakes, std::uint32_t n_items,
                     bool rated, double highest);

// How many decoys each person is shown: the attacker's score of "has the sensitive item".
std::vector<std::uint32_t> decoys_shown(const RankedLists &lists,
                                        std::span<const std::uint32_t> decoys);

// Algorithm 1, its last step: who is shown at least `threshold` (l') decoys is flagged.
struct Inferred {
  std::size_t flagged = 0, hits = 0;  // hits: flagged people who do have the sensitive item
};
// has: of each person, 1 if they have a sensitive item. Throws Error(argument) for another number.
Inferred infer(std::span<const std::uint32_t> shown, std::span<const std::uint8_t> has,
               std::size_t threshold);

}  // namespace recveil::attack
