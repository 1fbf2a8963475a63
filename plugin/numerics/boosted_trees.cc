#include "numerics/boosted_trees.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "core/watch.h"
#include "numerics/grow_tree.h"
#include "numerics/labels.h"
#include "numerics/quantize.h"

namespace recveil::numerics {
namespace {

void check_options(const BoostingOptions &options) {
  const auto share = [](double value) { return value > 0 && value <= 1; };
  if (options.depth > 10 || options.max_bins < 2 || options.max_bins > 256 ||
      !share(options.row_share) || !share(options.column_share) || !(options.l2 >= 0)) {
    throw Error(Status::argument, "boosted trees: an option is out of range");
  }
}

// `share` of 0 .. n - 1, at least one, in ascending order.
std::vector<std::uint32_t> draw(std::size_t n, double share, Rng &rng) {
  std::vector<std::uint32_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  const auto take = static_cast<std::size_t>(std::ceil(share * static_cast<double>(n)));
  if (take >= n) return all;
  rng.shuffle(all);
  all.resize(take);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

BoostedTrees::BoostedTrees(const Matrix &x, std::span<const std::uint8_t> y,
                           const BoostingOptions &options)
    : columns_(x.cols) {
  check_options(options);
  const double positives = static_cast<double>(check_labels("boosted trees", x, y));
  prior_ = std::log(positives / (static_cast<double>(x.rows) - positives));

  const Quantized quantized = quantize(x, options.max_bins);
  std::vector<double> decision(x.rows, prior_);
  std::vector<Gradient> gradient(x.rows);
  Rng rng(options.seed);
  for (std::size_t t = 0; t < options.trees; ++t) {
    pulse();
    for (std::size_t i = 0; i < x.rows; ++i) {
      const double p = 1 / (1 + std::exp(-decision[i]));
      gradient[i] = {p - (y[i] != 0 ? 1 : 0), p * (1 - p)};
    }
    std::vector<std::uint32_t> rows = draw(x.rows, options.row_share, rng);
    const std::vector<std::uint32_t> columns = draw(x.cols, options.column_share, rng);
    trees_.push_back(grow_tree(quantized, gradient, std::move(rows), columns, options));
    for (std::size_t i = 0; i < x.rows; ++i) decision[i] += trees_.back().leaf(x.row(i));
  }
}

double BoostedTrees::decision(std::span<const float> row) const {
  if (row.size() != columns_) {
    throw Error(Status::argument, "boosted trees: a row has " + std::to_string(row.size()) +
                                      " values, not " + std::to_string(columns_));
  }
  double sum = prior_;
  for (const Tree &tree : trees_) sum += tree.leaf(row.data());
  return sum;
}

}  // namespace recveil::numerics
