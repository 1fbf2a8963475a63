// The model of one fold, as the host lends it, and what is asked of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "defense/fold/history.h"
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

// const calls from any thread: no allocation, no lock. Borrows what it was lent.
class FoldModel {
 public:
  // Throws Error(argument) "FIELD: what is wrong" where a value is not finite or out of range, or a
  // sample is not what fold-in gives (1e-3 of the row's length).
  explicit FoldModel(const LentModel &lent);

  FoldKind kind() const noexcept { return lent_.kind; }
  const LentModel &lent() const noexcept { return lent_; }
  std::size_t n_items() const noexcept { return lent_.support.size(); }
  std::size_t d() const noexcept { return lent_.factors.d; }
  // REQUIRES: kind() is factors.
  const RidgeFold &ridge() const noexcept { return *ridge_; }

  const Kernels &kernels() const noexcept { return kernels_; }

  // Bytes for fold_in() of a history that long.
  std::size_t fold_in_bytes(std::size_t n_history) const noexcept;
  // The row of a history, padded(d), in scratch; null where the system is not positive definite in
  // single precision. REQUIRES: kind() is factors.
  float *fold_in(const History &history, void *scratch) const noexcept;

  // Bytes of the host's arrays, and of what was made from them.
  std::size_t borrowed_bytes() const noexcept;
  std::size_t own_bytes() const noexcept { return ridge_ ? ridge_->bytes() : 0; }

  // The first field in which two models differ that must agree; null where all do.
  const char *difference(const FoldModel &other) const noexcept;

 private:
  void check_factors() const;
  void check_weights() const;
  void check_samples() const;
  [[noreturn]] void refuse_sample(std::size_t sample, double trained, double folded,
                                  double apart) const;

  const LentModel lent_;
  const Kernels &kernels_;
  std::optional<RidgeFold> ridge_;  // of factors
};

}  // namespace recveil::defense
