// The model of one fold, as the host lends it, and what is asked of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "defense/fold/ranking.h"
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
  const float *rows = nullptr;  // count x d
};

struct LentModel {
  FoldKind kind = FoldKind::factors;
  std::span<const std::uint32_t> support;  // one an item
  FactorTable factors;
  ItemWeights weights;
  FoldSamples samples;
};

struct RankedList {
  const Scored *best = nullptr;
  std::size_t count = 0;
  std::size_t dropped = 0;
  bool solved = true;  // false: not positive definite in single precision
};

// What a user's standing erasure does to their row and list; no functions: nothing.
struct RowMap {
  void (*row)(const void *ctx, float *x) noexcept = nullptr;  // d floats, in place
  const void *ctx = nullptr;
};
struct RankEdit {
  RowMap map;  // applied to the row of a history with a known item, before it is scored
  Hidden hidden;
  std::size_t *n_history = nullptr;  // set to the different items of the history before `hidden`
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

  // Bytes for fold_in() of a history that long.
  std::size_t fold_in_bytes(std::size_t n_history) const noexcept;
  // The row of a history, in scratch; null where the system is not positive definite in single
  // precision. REQUIRES: kind() is factors.
  float *fold_in(std::span<const std::uint32_t> history, void *scratch) const noexcept;

  // Bytes for rank() of a history that long.
  std::size_t rank_bytes(std::size_t n_history, std::size_t k) const noexcept;
  // The k best items with support >= floor that are not in the history, in scratch. Without a known
  // item, scores are supports.
  RankedList rank(std::span<const std::uint32_t> history, std::size_t k, std::uint32_t floor,
                  void *scratch, const RankEdit &edit = {}) const noexcept;

  // The first field in which two models differ that must agree; null where all do.
  const char *difference(const FoldModel &other) const noexcept;

 private:
  struct Work;
  void check_factors() const;
  void check_weights() const;
  void check_samples() const;
  template <class ScoreOf>
  void offer_all(std::span<const std::uint32_t> known, std::uint32_t floor, Ranking &ranking,
                 ScoreOf score_of) const noexcept;
  void score_factors(std::span<const std::uint32_t> known, std::uint32_t floor, const float *x,
                     float *scores, Ranking &ranking) const noexcept;

  const LentModel lent_;
  const Kernels &kernels_;
  std::optional<RidgeFold> ridge_;  // of factors
};

}  // namespace recveil::defense
