// Gradient boosting that tries every column and every midpoint by summing over all rows of a node.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "numerics/boosted_trees.h"

namespace recveil::support {

class SlowTrees {
 public:
  // Log odds of every row of x after training on them; shares of 1, few distinct values a column.
  static std::vector<double> decisions(const Matrix &x, std::span<const std::uint8_t> y,
                                       const numerics::BoostingOptions &options) {
    SlowTrees slow{x, options, {}, {}};
    double positives = 0;
    for (const std::uint8_t label : y) positives += label;
    const double prior = std::log(positives / (static_cast<double>(y.size()) - positives));
    slow.decision_.assign(x.rows, prior);
    std::vector<std::size_t> all(x.rows);
    for (std::size_t i = 0; i < x.rows; ++i) all[i] = i;
    for (std::size_t t = 0; t < options.trees; ++t) {
      slow.probability_.clear();
      for (const double d : slow.decision_) slow.probability_.push_back(1 / (1 + std::exp(-d)));
      slow.grow(all, y, options.depth);
    }
    return slow.decision_;
  }

  const Matrix &x_;
  const numerics::BoostingOptions &options_;
  std::vector<double> decision_, probability_;

 private:
  struct Sums {
    double g = 0, h = 0;
  };
  Sums sums(const std::vector<std::size_t> &rows, std::span<const std::uint8_t> y) const {
    Sums out;
    for (const std::size_t i : rows) {
      out.g += probability_[i] - y[i];
      out.h += probability_[i] * (1 - probability_[i]);
    }
    return out;
  }

  void grow(const std::vector<std::size_t> &rows, std::span<const std::uint8_t> y,
            std::size_t depth) {
    const auto score = [&](const Sums &s) { return s.g * s.g / (s.h + options_.l2); };
    const Sums node = sums(rows, y);
    double best = 1e-12;  // a gain of rounding alone is none
    std::vector<std::size_t> best_left, best_right;
    for (std::size_t c = 0; depth > 0 && c < x_.cols; ++c) {
      std::set<float> values;
      for (const std::size_t i : rows) values.insert(x_.row(i)[c]);
      for (const float cut : values) {
        std::vector<std::size_t> left, right;
        for (const std::size_t i : rows) (x_.row(i)[c] <= cut ? left : right).push_back(i);
        if (std::min(left.size(), right.size()) < std::max<std::size_t>(options_.min_leaf, 1)) {
          continue;
        }
        const double gain = score(sums(left, y)) + score(sums(right, y)) - score(node);
        if (gain <= best + 1e-12) continue;
        best = gain;
        best_left = left;
        best_right = right;
      }
    }
    if (best_left.empty()) {
      for (const std::size_t i : rows) {
        decision_[i] -= options_.shrinkage * node.g / (node.h + options_.l2);
      }
      return;
    }
    grow(best_left, y, depth - 1);
    grow(best_right, y, depth - 1);
  }
};

}  // namespace recveil::support
