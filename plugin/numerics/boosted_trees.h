// Gradient-boosted decision trees for binary classification: logistic loss, second-order leaves
// (Chen and Guestrin, KDD'16, equations 5 to 7), splits found on histograms of quantized columns
// (as in LightGBM and scikit-learn). One thread, double sums in a fixed order: the same seed and
// data give the same trees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/matrix.h"

namespace recveil::numerics {

struct BoostingOptions {
  std::size_t trees = 300;
  std::size_t depth = 4;      // splits on the way to a leaf, at most 10
  double shrinkage = 0.1;     // factor of every leaf
  double l2 = 1;              // lambda of the paper, per leaf
  std::size_t min_leaf = 20;  // rows
  double row_share = 1;       // of the rows, drawn without replacement for each tree, (0, 1]
  double column_share = 1;    // of the columns, likewise
  std::size_t max_bins = 64;  // [2, 256]
  std::uint64_t seed = 1;     // of the draws; without effect where both shares are 1
};

// A complete binary tree: node i has children 2 i + 1 and 2 i + 2, the first for values at or below
// the cut. A node that is not split sends everything left: its cut is infinite.
struct Tree {
  struct Node {
    std::uint32_t column = 0;
    double cut = std::numeric_limits<double>::infinity();
  };
  std::vector<Node> nodes;     // 2^depth - 1
  std::vector<double> leaves;  // 2^depth

  double leaf(const float *row) const {
    std::size_t node = 0;
    while (node < nodes.size()) {
      const bool right = static_cast<double>(row[nodes[node].column]) > nodes[node].cut;
      node = 2 * node + (right ? 2 : 1);
    }
    return leaves[node - nodes.size()];
  }
};

class BoostedTrees {
 public:
  // Trains on the rows of x with labels y, 0 or 1. Starts from the log odds of the labels. Throws
  // Error(Status::argument) for labels of another number than rows, for one class alone, for values
  // that are not finite, and for options out of range.
  // O(trees * depth * rows * columns * shares): about 0.5 s for 2,400 x 165 and the defaults.
  BoostedTrees(const Matrix &x, std::span<const std::uint8_t> y, const BoostingOptions &options);

  // Log odds of class 1 for one row. A size other than the columns of training throws
  // Error(Status::argument). O(trees * depth).
  double decision(std::span<const float> row) const;

 private:
  std::size_t columns_;
  double prior_;
  std::vector<Tree> trees_;
};

}  // namespace recveil::numerics
