// Fold-in of many users on the models of their folds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "defense/fold/model.h"

namespace recveil::defense {

// n histories: that of user u, on models[folds[u]], is items[offsets[u] ... offsets[u + 1] - 1].
struct FoldBatch {
  std::span<const FoldModel> models;  // they agree: FoldModel::difference()
  std::span<const std::uint16_t> folds;
  const std::size_t *offsets = nullptr;
  const std::uint32_t *items = nullptr;
};

// Bytes for fold_in_batch() on such a model of histories at most that long.
std::size_t fold_in_batch_bytes(const FoldModel &model, std::size_t n_history) noexcept;

// rows: one of d floats a user, each as FoldModel::fold_in() gives it, bit for bit. False where a
// system is not positive definite in single precision. REQUIRES: models are factors.
bool fold_in_batch(const FoldBatch &batch, float *rows, void *scratch) noexcept;

}  // namespace recveil::defense
