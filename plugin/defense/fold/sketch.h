// The rows of some items in a model, kept to compare the next version with (drift.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "defense/fold/lent_model.h"

namespace recveil::defense {

// Weights of an item that are kept at most. Decoys that are not among the heaviest of the row are
// not what people are shown.
constexpr std::size_t kRowLength = 16;

// The rows that some items have in the model of one fold: what is kept of it to compare the next
// one with.
struct FoldSketch {
  std::vector<std::uint32_t> support;  // people of each item; 0: the model does not know it
  std::size_t d = 0;
  std::vector<float> factors;  // of factors: d numbers an item
  // Of item-to-item weights: the heaviest of each item's row, at most kRowLength, in no order, and
  // the heaviest one left out (0: none was).
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> neighbors;
  std::vector<float> weights, beyond;
};

// The same items in the models of all folds.
struct ModelSketch {
  std::uint64_t version = 0;
  FoldKind kind = FoldKind::factors;
  std::vector<std::uint32_t> items;  // rising
  std::vector<FoldSketch> folds;
};

// The items to compare by: those that are watched, and of those that the model knows about
// n_ordinary(), by a hash of their numbers, so that models of a growing catalogue share most.
std::vector<std::uint32_t> sketched_items(std::span<const std::uint32_t> support,
                                          std::span<const std::uint32_t> watched, std::size_t d);
// Half as many again as the kPeers of drift.h, so that peers are near in support and a sample that
// is six deviations small still has them; and enough for a map of d x d numbers to be told from the
// changes that it leaves. d: of factors, else 0.
std::size_t n_ordinary(std::size_t d);

// items: rising; those beyond the model have support 0.
FoldSketch sketch(const LentModel &model, std::span<const std::uint32_t> items);

// Makes the sketch of a model whose rows are handed over one after another, while they are in the
// cache.
class Sketcher {
 public:
  // items: rising; borrowed.
  Sketcher(const LentModel &model, std::span<const std::uint32_t> items);

  // Every item of the model, by rising number.
  void row(std::uint32_t item) {
    if (next_ < items_.size() && items_[next_] == item) keep(item);
  }
  // After the last row.
  FoldSketch finish();

 private:
  void keep(std::uint32_t item);
  void keep_weights(std::uint32_t item);
  void keep_nothing();

  LentModel model_;
  std::span<const std::uint32_t> items_;
  std::size_t next_ = 0;  // place in items_
  FoldSketch out_;
};

}  // namespace recveil::defense
