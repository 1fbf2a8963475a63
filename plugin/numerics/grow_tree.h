// One regression tree on the gradients of a loss: the step of numerics/boosted_trees.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "numerics/boosted_trees.h"
#include "numerics/quantize.h"

namespace recveil::numerics {

// First and second derivative of the loss of one row by its log odds; also sums of them.
struct Gradient {
  double first = 0, second = 0;
  Gradient &operator+=(const Gradient &other) {
    first += other.first;
    second += other.second;
    return *this;
  }
  Gradient &operator-=(const Gradient &other) {
    first -= other.first;
    second -= other.second;
    return *this;
  }
};

// The tree over `rows` (indices into x, reordered) and `columns`, to the full depth as long as a
// split gains: each split is the one with the largest G_L^2 / (H_L + l2) + G_R^2 / (H_R + l2), the
// first of equals by column and cut; leaves are -shrinkage * G / (H + l2). gradient: one a row of
// x.
Tree grow_tree(const Quantized &x, std::span<const Gradient> gradient,
               std::vector<std::uint32_t> rows, std::span<const std::uint32_t> columns,
               const BoostingOptions &options);

}  // namespace recveil::numerics
