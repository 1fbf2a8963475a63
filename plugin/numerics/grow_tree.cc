#include "numerics/grow_tree.h"

#include <algorithm>

#include "core/watch.h"

namespace recveil::numerics {
namespace {

// Least second derivative on either side of a split, as in scikit-learn: below it the leaf would be
// the quotient of two roundings.
constexpr double kMinSecond = 1e-3;

struct Bin {
  Gradient sum;
  std::size_t rows = 0;
};

struct Split {
  double gain = 0;
  std::size_t column = 0;  // index into the columns of the tree
  std::size_t code = 0;    // rows with codes up to this go left
  Bin left;
};

class Grower {
 public:
  Grower(const Quantized &x, std::span<const Gradient> gradient, std::vector<std::uint32_t> rows,
         std::span<const std::uint32_t> columns, const BoostingOptions &options)
      : x_(x),
        gradient_(gradient),
        rows_(std::move(rows)),
        columns_(columns),
        options_(options),
        scratch_(rows_.size()) {
    for (const std::uint32_t column : columns) {
      first_bin_.push_back(bins_);
      bins_ += x.cuts[column].size() + 1;
    }
    tree_.nodes.resize((std::size_t{1} << options.depth) - 1);
    tree_.leaves.resize(std::size_t{1} << options.depth);
  }

  Tree grow() && {
    Bin all;
    for (const std::uint32_t row : rows_) all.sum += gradient_[row];
    all.rows = rows_.size();
    grow(0, 0, all, options_.depth > 0 ? histogram(0, all.rows) : std::vector<Bin>{});
    return std::move(tree_);
  }

 private:
  double score(const Gradient &sum) const {
    return sum.first * sum.first / (sum.second + options_.l2);
  }

  // Sums of the rows at [begin, begin + count) by column and code.
  std::vector<Bin> histogram(std::size_t begin, std::size_t count) {
    std::vector<Bin> bins(bins_);
    // In the order of the rows, so that the loop over columns reads it in sequence.
    for (std::size_t i = 0; i < count; ++i) scratch_[i] = gradient_[rows_[begin + i]];
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      pulse();
      const std::uint8_t *code = x_.column(columns_[c]);
      Bin *column = bins.data() + first_bin_[c];
      for (std::size_t i = 0; i < count; ++i) {
        Bin &bin = column[code[rows_[begin + i]]];
        bin.sum += scratch_[i];
        ++bin.rows;
      }
    }
    return bins;
  }

  Split best_split(const Bin &node, const std::vector<Bin> &bins) const {
    Split best;
    const double unsplit = score(node.sum);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      Bin left;
      for (std::size_t code = 0; code < x_.cuts[columns_[c]].size(); ++code) {
        const Bin &bin = bins[first_bin_[c] + code];
        if (bin.rows == 0) continue;  // splits the rows as the cut before it does
        left.sum += bin.sum;
        left.rows += bin.rows;
        Gradient right = node.sum;
        right -= left.sum;
        if (left.rows < options_.min_leaf || left.sum.second < kMinSecond) continue;
        if (node.rows - left.rows < options_.min_leaf || right.second < kMinSecond) break;
        const double gain = score(left.sum) + score(right) - unsplit;
        if (gain > best.gain) best = {gain, c, code, left};
      }
    }
    return best;
  }

  // Node `index`, `level` splits below the root, of the rows from `begin` on. bins: its histogram,
  // empty on the level of the leaves.
  void grow(std::size_t index, std::size_t begin, const Bin &node, std::vector<Bin> bins,
            std::size_t level = 0) {
    const Split split = level < options_.depth ? best_split(node, bins) : Split{};
    if (split.gain <= 0) {
      for (; level < options_.depth; ++level) index = 2 * index + 1;
      tree_.leaves[index - tree_.nodes.size()] =
          -options_.shrinkage * node.sum.first / (node.sum.second + options_.l2);
      return;
    }
    const std::uint32_t column = columns_[split.column];
    tree_.nodes[index] = {column, x_.cuts[column][split.code]};
    const std::uint8_t *code = x_.column(column);
    const auto rows = rows_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::stable_partition(rows, rows + static_cast<std::ptrdiff_t>(node.rows),
                          [&](std::uint32_t row) { return code[row] <= split.code; });
    Bin right{node.sum, node.rows - split.left.rows};
    right.sum -= split.left.sum;

    std::vector<Bin> left_bins, right_bins;
    if (level + 1 < options_.depth) {
      // The larger child's histogram is what the smaller one leaves.
      const bool left_smaller = split.left.rows <= right.rows;
      std::vector<Bin> smaller = left_smaller ? histogram(begin, split.left.rows)
                                              : histogram(begin + split.left.rows, right.rows);
      for (std::size_t b = 0; b < bins.size(); ++b) {
        bins[b].sum -= smaller[b].sum;
        bins[b].rows -= smaller[b].rows;
      }
      left_bins = std::move(left_smaller ? smaller : bins);
      right_bins = std::move(left_smaller ? bins : smaller);
    }
    grow(2 * index + 1, begin, split.left, std::move(left_bins), level + 1);
    grow(2 * index + 2, begin + split.left.rows, right, std::move(right_bins), level + 1);
  }

  const Quantized &x_;
  std::span<const Gradient> gradient_;
  std::vector<std::uint32_t> rows_;
  std::span<const std::uint32_t> columns_;
  const BoostingOptions &options_;
  std::vector<Gradient> scratch_;
  std::vector<std::size_t> first_bin_;  // per column of the tree, into a histogram
  std::size_t bins_ = 0;
  Tree tree_;
};

}  // namespace

Tree grow_tree(const Quantized &x, std::span<const Gradient> gradient,
               std::vector<std::uint32_t> rows, std::span<const std::uint32_t> columns,
               const BoostingOptions &options) {
  return Grower(x, gradient, std::move(rows), columns, options).grow();
}

}  // namespace recveil::numerics
