// The model of one fold, as the host lends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/ridge.h"

namespace recveil::defense {

enum class FoldKind : std::uint8_t { factors = 1, item_item = 2 };

// Item-to-item weights: row j lists (item i, w_ji).
struct ItemWeights {
  const std::size_t *offsets = nullptr;  // n_items + 1
  const std::uint32_t *items = nullptr;
  const float *weights = nullptr;
};

// User rows that the trainer solved itself.
struct FoldSamples {
  std::size_t count = 0;
  const std::size_t *offsets = nullptr;  // count + 1
  const std::uint32_t *items = nullptr;
  const float *weights = nullptr;  // like items; null: the model's own
  const float *rows = nullptr;     // count x d
};

struct LentModel {
  FoldKind kind = FoldKind::factors;
  std::span<const std::uint32_t> support;  // one an item
  FactorTable factors;                     // of both kinds: its bias
  ItemWeights weights;
  FoldSamples samples;
};

}  // namespace recveil::defense
