// Fold-in of many users on the models of their folds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/model.h"
#include "defense/fold/ridge_group.h"

namespace recveil::defense {

// n histories: that of user u, on models[folds[u]], is items[offsets[u] ... offsets[u + 1] - 1].
struct FoldBatch {
  std::span<const FoldModel> models;  // they agree: FoldModel::difference()
  std::span<const std::uint16_t> folds;
  const std::size_t *offsets = nullptr;
  const std::uint32_t *items = nullptr;
  const float *weights = nullptr;  // like items; null: the models' own

  History history(std::size_t u) const noexcept {
    return {{items + offsets[u], items + offsets[u + 1]},
            weights != nullptr ? weights + offsets[u] : nullptr};
  }
};

// Users who are folded in together, kGroup at a time.
class FoldGroup {
 public:
  // Histories of at most n_history items, on models of such factors.
  FoldGroup(Carver &carver, std::size_t n_history, std::size_t d) noexcept;

  bool full() const noexcept { return count_ == kGroup; }
  std::size_t size() const noexcept { return count_; }
  // Adds a user; the items are copied. REQUIRES: not full(), known is not empty.
  void add(const RidgeFold &fold, const KnownItems &known, float *row) noexcept;
  const KnownItems &known(std::size_t u) const noexcept { return users_[u].known; }
  // Writes the rows and forgets the users. False where a system is not positive definite.
  bool solve() noexcept;

 private:
  GroupScratch scratch_;
  std::size_t n_history_;
  std::uint32_t *items_;  // kGroup x n_history
  float *weights_;        // the same
  GroupUser users_[kGroup];
  std::size_t count_ = 0;
};

// Bytes for fold_in_batch() on such a model of histories at most that long.
std::size_t fold_in_batch_bytes(const FoldModel &model, std::size_t n_history) noexcept;

// rows: one of d floats a user, each as FoldModel::fold_in() gives it, bit for bit. False where a
// system is not positive definite in single precision. REQUIRES: models are factors.
bool fold_in_batch(const FoldBatch &batch, float *rows, void *scratch) noexcept;

}  // namespace recveil::defense
