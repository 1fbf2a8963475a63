// The model of one fold, and what is asked of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "defense/fold/history.h"
#include "defense/fold/lent_model.h"
#include "defense/fold/ridge.h"
#include "defense/fold/sketch.h"

namespace recveil::defense {

// const calls from any thread: no allocation, no lock. Borrows what it was lent.
class FoldModel {
 public:
  // Throws Error(argument) "FIELD: what is wrong" where a value is not finite or out of range, or a
  // sample is not what fold-in gives (1e-3 of the row's length). sketched: the items to keep a
  // sketch of (sketch.h), which costs less while the rows are checked than later.
  explicit FoldModel(const LentModel &lent, std::span<const std::uint32_t> sketched = {});

  FoldKind kind() const noexcept { return lent_.kind; }
  const LentModel &lent() const noexcept { return lent_; }
  std::size_t n_items() const noexcept { return lent_.support.size(); }
  std::size_t d() const noexcept { return lent_.factors.d; }
  // REQUIRES: kind() is factors.
  const RidgeFold &ridge() const noexcept { return *ridge_; }

  const Kernels &kernels() const noexcept { return kernels_; }

  // What the constructor was asked to keep; not there afterwards.
  FoldSketch take_sketch() noexcept { return std::move(sketch_); }

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
  void check_weights(std::span<const std::uint32_t> sketched);
  void check_samples() const;
  [[noreturn]] void refuse_sample(std::size_t sample, double trained, double folded,
                                  double apart) const;

  const LentModel lent_;
  const Kernels &kernels_;
  std::optional<RidgeFold> ridge_;  // of factors
  FoldSketch sketch_;
};

}  // namespace recveil::defense
