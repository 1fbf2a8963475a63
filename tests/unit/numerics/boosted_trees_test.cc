#include "numerics/boosted_trees.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "support/numerics_fixed.h"
#include "support/numerics_trees.h"

namespace recveil {
namespace {

using numerics::BoostedTrees;
using numerics::BoostingOptions;
using support::Labelled;

std::vector<double> decisions(const BoostedTrees &trees, const Matrix &x) {
  std::vector<double> out;
  for (std::size_t i = 0; i < x.rows; ++i) out.push_back(trees.decision({x.row(i), x.cols}));
  return out;
}

double log_loss(const std::vector<double> &decision, const std::vector<std::uint8_t> &y) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += std::log1p(std::exp(y[i] != 0 ? -decision[i] : decision[i]));
  }
  return sum / static_cast<double>(y.size());
}

// Few distinct values a column, so that cuts are midpoints for sklearn, ours and the twin.
Labelled coarse(std::size_t rows, std::size_t cols, std::uint32_t state, float steps) {
  Labelled data = support::labelled(rows, cols, state);
  for (float &value : data.x.data) value = std::floor(value * steps);
  return data;
}

// scikit-learn 1.2.1 on x, y = labelled(1000, 8, 1) and t, u = labelled(500, 8, 2) of
// support/numerics_fixed.h; coarse: both numpy.floor(40 *) of that:
//   m = HistGradientBoostingClassifier(max_iter=60, learning_rate=.1, max_depth=4,
//       max_leaf_nodes=None, min_samples_leaf=20, l2_regularization=1, max_bins=64,
//       early_stopping=False).fit(x, y)
//   log_loss(u, m.predict_proba(t)[:, 1]), log_loss(y, m.predict_proba(x)[:, 1]),
//   m.decision_function(t)[:5]
// It keeps gradients as 32-bit floats: 60 trees of sums of 1,000 roundings of 6e-8, relative.
TEST(BoostedTrees, AgreeWithScikitLearn) {
  struct Case {
    Labelled train, test;
    double test_loss, train_loss;
    std::vector<double> first;
  };
  const Case cases[] = {{support::labelled(1000, 8, 1),
                         support::labelled(500, 8, 2),
                         0.39527453352148917,
                         0.26784069370901575,
                         {-3.065768662605067, 0.07616602463549318, 0.21618804794273339,
                          0.6331657232251582, -1.643437290930823}},
                        {coarse(1000, 8, 1, 40),
                         coarse(500, 8, 2, 40),
                         0.39845417483002554,
                         0.2834906158306561,
                         {-2.8424048982637826, -0.5199311307873214, -0.0051201230862194524,
                          0.6947299930993759, -1.1795061296667242}}};
  BoostingOptions options;
  options.trees = 60;
  for (const Case &at : cases) {
    const BoostedTrees trees(at.train.x, at.train.y, options);
    const std::vector<double> test = decisions(trees, at.test.x);
    EXPECT_NEAR(log_loss(test, at.test.y), at.test_loss, 1e-6);
    EXPECT_NEAR(log_loss(decisions(trees, at.train.x), at.train.y), at.train_loss, 1e-6);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(test[i], at.first[i], 1e-6) << i;
  }
}

// Sums of some 100 doubles, over 15 trees. Where different splits gain the same but for rounding,
// which happens with the few distinct gradients of the first tree, the two may differ with reason;
// on this data they do not.
TEST(BoostedTrees, AgreeWithTheSearchOverAllRows) {
  const Labelled data = coarse(300, 5, 1, 9);
  for (const std::size_t depth : {0u, 1u, 3u, 5u}) {
    for (const std::size_t min_leaf : {1u, 12u}) {
      BoostingOptions options;
      options.trees = 15;
      options.depth = depth;
      options.min_leaf = min_leaf;
      options.shrinkage = 0.3;
      options.l2 = 0.7;
      const std::vector<double> slow = support::SlowTrees::decisions(data.x, data.y, options);
      const std::vector<double> fast = decisions(BoostedTrees(data.x, data.y, options), data.x);
      for (std::size_t i = 0; i < slow.size(); ++i) {
        EXPECT_NEAR(fast[i], slow[i], 1e-9) << depth << ' ' << min_leaf << ' ' << i;
      }
    }
  }
}

TEST(BoostedTrees, SubsamplesBySeed) {
  const Labelled data = support::labelled(400, 10, 5), test = support::labelled(400, 10, 6);
  BoostingOptions options;
  options.row_share = 0.5;
  options.column_share = 0.4;
  const std::vector<double> first = decisions(BoostedTrees(data.x, data.y, options), test.x);
  EXPECT_EQ(decisions(BoostedTrees(data.x, data.y, options), test.x), first);
  options.seed = 2;
  EXPECT_NE(decisions(BoostedTrees(data.x, data.y, options), test.x), first);
  // It still learns: far from log(2), the loss of knowing nothing.
  EXPECT_LT(log_loss(first, test.y), 0.55);
}

// A column share that leaves one of two columns, of which one says nothing: after one tree the
// other is the one used, or nothing is; over 20 trees both happen but for 2 * 2^-20.
TEST(BoostedTrees, DrawColumnsAnewForEachTree) {
  Labelled data{{200, 2, {}}, {}};
  for (std::size_t i = 0; i < 200; ++i) {
    data.x.data.insert(data.x.data.end(), {i < 100 ? 0.0f : 1.0f, 5.0f});
    data.y.push_back(i < 100 ? 0 : 1);
  }
  BoostingOptions options;
  options.column_share = 0.5;
  options.trees = 20;
  const double partly = decisions(BoostedTrees(data.x, data.y, options), data.x)[199];
  options.column_share = 1;
  const double wholly = decisions(BoostedTrees(data.x, data.y, options), data.x)[199];
  EXPECT_GT(partly, 0);
  EXPECT_LT(partly, wholly);
}

TEST(BoostedTrees, WithNothingToSplitSayThePrior) {
  const Matrix x{40, 1, std::vector<float>(40, 1)};
  std::vector<std::uint8_t> y(40, 0);
  std::fill_n(y.begin(), 10, std::uint8_t{1});
  EXPECT_NEAR(BoostedTrees(x, y, {}).decision(std::vector<float>{3}), std::log(10 / 30.0), 1e-12);
}

TEST(BoostedTrees, RefuseWhatDoesNotFit) {
  Labelled data = support::labelled(50, 4, 7);
  const BoostedTrees trees(data.x, data.y, {});
  EXPECT_THROW(trees.decision(std::vector<float>(3)), Error);
  const auto refuses = [&](auto change) {
    BoostingOptions options;
    change(options);
    EXPECT_THROW(BoostedTrees(data.x, data.y, options), Error);
  };
  refuses([](auto &o) { o.depth = 11; });
  refuses([](auto &o) { o.max_bins = 1; });
  refuses([](auto &o) { o.max_bins = 257; });
  refuses([](auto &o) { o.row_share = 0; });
  refuses([](auto &o) { o.column_share = 1.1; });
  refuses([](auto &o) { o.l2 = -1; });
  EXPECT_THROW(BoostedTrees(data.x, std::vector<std::uint8_t>(50, 1), {}), Error);
  EXPECT_THROW(BoostedTrees(data.x, std::vector<std::uint8_t>(49, 1), {}), Error);
  data.x.data[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(BoostedTrees(data.x, data.y, {}), Error);
}

}  // namespace
}  // namespace recveil
